#include "core/io/mapped_file.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tests/support/temporary_directory.h"

using namespace quern;

TEST_CASE("a mapped file shows its bytes, also those whose pages were given back") {
  const test::TemporaryDirectory directory;
  std::string text;
  while (text.size() < 100'000) text += std::to_string(text.size()) + " ";
  const MappedFile file(directory.write("a", text));
  CHECK(file.bytes() == text);
  file.release(0, 50'000);
  file.release(50'000, text.size());
  file.release(text.size(), text.size() + 10);
  CHECK(file.bytes() == text);
}

TEST_CASE("a mapping moves") {
  const test::TemporaryDirectory directory;
  MappedFile one(directory.write("one", "1")), two(directory.write("two", "22"));
  two = std::move(one);
  CHECK(two.bytes() == "1");
  const MappedFile three(std::move(two));
  CHECK(three.bytes() == "1");
}

TEST_CASE("an empty file maps to nothing; what is no file is refused") {
  const test::TemporaryDirectory directory;
  CHECK(MappedFile(directory.write("empty", "")).bytes().empty());
  CHECK_THROWS_AS(MappedFile(directory.path()), Error);
  CHECK_THROWS_AS(MappedFile("/dev/null"), Error);
  CHECK_THROWS_AS(MappedFile(directory / "missing"), Error);
}
