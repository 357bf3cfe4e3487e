#include "core/memory.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "core/error.h"
#include "core/hardware.h"
#include "core/threads.h"

using quern::format_size;
using quern::parse_size;

TEST_CASE("sizes are read with binary and decimal prefixes") {
  CHECK(parse_size("1000000") == 1'000'000);
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("18446744073709551615") == ~std::uint64_t{0});
  CHECK(parse_size("12B") == 12);
  CHECK(parse_size("512M") == 512ull << 20);
  CHECK(parse_size("24g") == 24ull << 30);
  CHECK(parse_size("1.5GiB") == 3ull << 29);
  CHECK(parse_size("2KB") == 2000);
  CHECK(parse_size("0.5T") == 1ull << 39);
  CHECK(parse_size("50%") == Approx(static_cast<double>(quern::machine_memory()) / 2));
  CHECK(parse_size("100%") == quern::machine_memory());
}

TEST_CASE("what is no size is a usage error") {
  for (const char* text : {"", "M", "-1", "-1M", "1 M", "1Q", "1Mi", "1MM", "1e9M", "110%", "99999999999E", "inf",
                           "infM", "nan%", "0x10", "18446744073709551616", "16E", "1.5.5M", "5%%"}) {
    INFO(text);
    try {
      parse_size(text);
      FAIL("accepted");
    } catch (const quern::Error& error) {
      CHECK(error.code() == quern::ErrorCode::usage);
    }
  }
}

TEST_CASE("sizes are shown with one decimal and never as 1024 of something") {
  CHECK(format_size(0) == "0 B");
  CHECK(format_size(1023) == "1023 B");
  CHECK(format_size(1024) == "1.0 KiB");
  CHECK(format_size(1536) == "1.5 KiB");
  CHECK(format_size((1 << 20) - 1) == "1.0 MiB");
  CHECK(format_size(1023 * 1024) == "1023.0 KiB");
  CHECK(format_size(5ull << 40) == "5.0 TiB");
  CHECK(format_size(~std::uint64_t{0}) == "16.0 EiB");
}

TEST_CASE("the budget is eight tenths of what the process may have") {
  CHECK(quern::machine_memory() > 0);
  CHECK(static_cast<double>(quern::default_memory_budget()) ==
        Approx(0.8 * static_cast<double>(quern::machine_memory())));
  CHECK(quern::probe_hardware().memory == quern::machine_memory());
  CHECK(quern::probe_hardware().threads == quern::available_threads());
  CHECK_FALSE(quern::probe_hardware().processor.empty());
}

TEST_CASE("memory that is touched becomes resident, and its peak is remembered") {
  constexpr std::size_t kSize = 64 << 20;
  const auto before = quern::resident_memory();
  {
    const std::vector<char> block(kSize, 'x');
    CHECK(quern::resident_memory() >= before + kSize / 2);
    CHECK(block.back() == 'x');
  }
  CHECK(quern::peak_resident_memory() >= kSize);
}

TEST_CASE("a spill directory is private, new, and gone with all it holds") {
  std::string path;
  {
    const quern::SpillDirectory one, two;
    path = one.path();
    CHECK(path != two.path());
    std::filesystem::create_directories(path + "/a/b");
    std::ofstream(path + "/a/b/run.0") << "data";
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
          std::filesystem::perms::owner_all);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a spill directory lies where it is told to, and says when it cannot") {
  const quern::SpillDirectory outer;
  const quern::SpillDirectory inner(outer.path());
  CHECK(std::filesystem::path(inner.path()).parent_path() == outer.path());
  CHECK_THROWS_AS(quern::SpillDirectory(outer.path() + "/missing"), quern::Error);
}
