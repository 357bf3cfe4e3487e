#include "core/io/container.h"

#include <catch2/catch.hpp>

#include <random>
#include <sstream>

#include "core/error.h"
#include "tests/support/failing_calls.h"
#include "tests/support/temporary_directory.h"

using namespace quern;

namespace {

std::string random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

void write(const std::string& path, const std::vector<std::pair<std::string, std::string>>& sections) {
  Output out = Output::to_file(path, {.force = true});
  ContainerWriter writer(out, "test", 1);
  for (const auto& [name, bytes] : sections) {
    writer.begin_section(name);
    for (std::size_t at = 0; at < bytes.size(); at += 100'000) writer.write(std::string_view(bytes).substr(at, 100'000));
  }
  writer.finish();
  out.commit();
}

std::string read(const Container& container, const std::string& section) {
  std::string all;
  Container::Stream stream = container.stream(section);
  for (std::string_view part; !(part = stream.next()).empty();) all += part;
  return all;
}

// Everything there is to read.
void read_all(const Container& container) {
  for (const ContainerSection& section : container.sections()) (void)read(container, section.name);
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  std::istringstream in{std::string(hex)};
  for (std::string pair; in >> pair;) bytes += static_cast<char>(std::stoi(pair, nullptr, 16));
  return bytes;
}

}  // namespace

TEST_CASE("what was written into a container is read back in blocks, mapped, in place and from a pipe") {
  const test::TemporaryDirectory directory;
  const std::string path = directory / "a";
  const std::vector<std::pair<std::string, std::string>> sections = {
      {"small", "grain"}, {"empty", ""}, {"large", random_bytes(2'500'000, 1)}, {"last", random_bytes(64, 2)}};
  write(path, sections);
  const std::string file = directory.read("a");
  const auto in = open_bytes(file, "stream");
  char start[8];
  in->read(start, sizeof start);
  for (const Container& container : {Container::open(path, "test", 3), Container::map(path, "test", 1), Container::view(file, "memory", "test", 1),
                                     Container::copy({start, sizeof start}, *in, "test", 1)}) {
    CHECK(container.version() == 1);
    REQUIRE(container.sections().size() == sections.size());
    for (const auto& [name, bytes] : sections) {
      CHECK(read(container, name) == bytes);
      CHECK(container.read(name, bytes.size()) == bytes);
      CHECK(container.section(name).offset % 64 == 0);
    }
    CHECK_THROWS_AS(container.section("none"), Error);
    CHECK_THROWS_AS(container.read("large", 1000), Error);
  }
  const Container mapped = Container::map(path, "test", 1);
  for (const auto& [name, bytes] : sections) CHECK(mapped.bytes(name) == bytes);
}

// The layout of version 1 of the frame. It must stay readable, and writing must give it.
TEST_CASE("a container of the first version is these bytes") {
  const std::string golden = from_hex(
      "89 51 52 4e 0d 0a 1a 0a 74 65 73 74 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 "
      "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
      "67 72 69 6e 64 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
      "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
      "61 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 40 00 00 00 00 00 00 00 "
      "05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
      "62 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 80 00 00 00 00 00 00 00 "
      "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
      "ca 1f 59 7b d9 3a b5 81 79 49 8e 56 d2 87 bb f2 80 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00 "
      "50 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 16 1b 3b d9 5f 13 46 68 "
      "2d 71 65 b3 f9 e0 cb 81 51 52 4e 45 4e 44 0d 0a ");
  const Container container = Container::view(golden, "golden", "test", 1);
  CHECK(read(container, "a") == "grind");
  CHECK(read(container, "b") == "");
  const test::TemporaryDirectory directory;
  write(directory / "a", {{"a", "grind"}, {"b", ""}});
  CHECK(directory.read("a") == golden);
}

TEST_CASE("a container of another kind or a newer version is refused by name") {
  const test::TemporaryDirectory directory;
  write(directory / "a", {{"x", "y"}});
  CHECK_THROWS_WITH(Container::open(directory / "a", "counts", 1), "holds \"test\", expected \"counts\"");
  CHECK_THROWS_WITH(Container::open(directory / "a", "test", 0), Catch::Contains("version 1"));
}

TEST_CASE("every flipped bit, every cut and every tail of a container is an error") {
  const test::TemporaryDirectory directory;
  write(directory / "a", {{"one", "the mill grinds"}, {"two", random_bytes(300, 3)}, {"none", ""}});
  const std::string whole = directory.read("a");
  const auto accepted = [](const std::string& bytes) {
    try {
      read_all(Container::view(bytes, "mutant", "test", 1));
      return true;
    } catch (const Error& error) {
      CHECK(error.where().path == "mutant");
      return false;
    }
  };
  REQUIRE(accepted(whole));
  int wrong = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string mutant = whole;
    mutant[bit / 8] = static_cast<char>(mutant[bit / 8] ^ (1 << bit % 8));
    wrong += accepted(mutant);
  }
  for (std::size_t size = 0; size < whole.size(); ++size) wrong += accepted(whole.substr(0, size));
  for (std::size_t size = 1; size < 200; ++size) wrong += accepted(whole + std::string(size, '\0')) + accepted(whole + whole.substr(0, size));
  CHECK(wrong == 0);
}

TEST_CASE("damage behind the first MiB is found when its block is read, and only then") {
  const test::TemporaryDirectory directory;
  write(directory / "a", {{"one", random_bytes(1'000'000, 4)}, {"two", random_bytes(3'000'000, 5)}});
  std::string bytes = directory.read("a");
  bytes[2'500'000] = static_cast<char>(bytes[2'500'000] + 1);
  const Container container = Container::open(directory.write("b", bytes), "test", 1);
  CHECK(read(container, "one").size() == 1'000'000);
  CHECK_THROWS_WITH(read(container, "two"), "is damaged between bytes 2097152 and 3145728");
  const Container mapped = Container::map(directory / "b", "test", 1);
  CHECK(mapped.bytes("one").size() == 1'000'000);
  CHECK_THROWS_AS(mapped.bytes("two"), Error);
}

TEST_CASE("a container appears whole or not at all, whichever write fails") {
  const test::TemporaryDirectory directory;
  for (int call = 0;; ++call) {
    test::FailingCalls faults({.call = call, .error = ENOSPC});
    bool failed = false;
    try {
      write(directory / "a", {{"one", random_bytes(700'000, 6)}});
    } catch (const Error&) {
      failed = true;
    }
    if (!faults.happened()) break;
    CHECK(failed);
    for (const std::string& name : directory.names()) {
      CHECK(name == "a");  // no temporary file; the flush of the directory fails behind the rename
      CHECK_NOTHROW(read_all(Container::open(directory / "a", "test", 1)));
    }
    std::filesystem::remove(directory / "a");
  }
}
