#include "corpora/count_run.h"

#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "core/error.h"
#include "core/io/run_merge.h"
#include "tests/support/compress.h"
#include "tests/support/failing_calls.h"
#include "tests/support/temporary_directory.h"

using namespace quern;

namespace {

using Counts = std::map<std::string, std::uint64_t>;

const std::string kWords = R"({"unit":"word"})";

void write(const std::string& path, const Counts& counts, const std::string& fingerprint = kWords) {
  Output out = Output::to_file(path, {.force = true});
  CountRunWriter writer(out, fingerprint);
  for (const auto& [unit, count] : counts) writer.add(unit, count);
  writer.finish();
  out.commit();
}

Counts read(CountSource& source) {
  Counts counts;
  while (source.next()) counts.emplace(source.key(), source.count());
  return counts;
}

Counts read_text(const std::string& path) {
  Counts counts;
  CountFile(path).read_text([&](std::string_view unit, std::uint64_t count) { counts[std::string(unit)] += count; });
  return counts;
}

// Every byte, and pairs of them: tabs, line ends, backslashes, bytes that are no UTF-8.
Counts hard_units() {
  Counts counts = {{"", 7}, {"麦子", 3}, {"\\t", 2}, {"a\tb\nc\r\\", ~std::uint64_t{0} >> 1}, {"\xE9\xBA\xA6\xE9\xBA", 4}};
  for (int byte = 0; byte < 256; ++byte) {
    counts[std::string(1, static_cast<char>(byte))] = static_cast<std::uint64_t>(byte) + 1;
    counts[std::string("é") + static_cast<char>(byte)] = 1;
  }
  return counts;
}

}  // namespace

TEST_CASE("a count run is read back, from a file, compressed, and as text") {
  const test::TemporaryDirectory directory;
  for (const Counts& counts : {Counts{}, hard_units()}) {
    write(directory / "a", counts);
    const CountFile run(directory / "a");
    CHECK_FALSE(run.is_text());
    CHECK(run.fingerprint() == kWords);
    CHECK(read(*run.entries()) == counts);
    CHECK(read(*run.entries()) == counts);
    const CountFile packed(directory.write("a.gz", test::gzip(directory.read("a"))));
    CHECK(packed.fingerprint() == kWords);
    CHECK(read(*packed.entries()) == counts);

    std::string text;
    for (const auto& [unit, count] : counts) append_count_line(text, unit, count);
    CHECK(CountFile(directory.write("text", text)).is_text());
    CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == counts.size());
    CHECK(read_text(directory / "text") == counts);
    CHECK(read_text(directory.write("text.gz", test::gzip(text))) == counts);
  }
}

TEST_CASE("text counts come in any order, more than once, with or without a last line end") {
  const test::TemporaryDirectory directory;
  CHECK(read_text(directory.write("a", "b\t2\na\t1\nb\t3\nc\t0")) == Counts{{"a", 1}, {"b", 5}});
  CHECK(read_text(directory.write("a", "two words\t2\n")) == Counts{{"two words", 2}});
  CHECK(read_text(directory.write("a", "")) == Counts{});
}

TEST_CASE("a line that is no count is an error that names it") {
  const test::TemporaryDirectory directory;
  for (const std::string bad : {"word", "word\t", "word\tx", "word\t-1", "word\t1 ", "word\t99999999999999999999", "\\\t1", "\\q\t1", "\\x0\t1", "\\xg0\t1", ""}) {
    INFO(bad);
    try {
      read_text(directory.write("a", "good\t1\n" + bad + "\n"));
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::input);
      CHECK(error.where().line == 2);
    }
  }
}

TEST_CASE("any tree of merges gives the same bytes as counting at once") {
  const test::TemporaryDirectory directory;
  std::mt19937 random(11);
  Counts whole;
  std::vector<std::string> paths;
  for (int part = 0; part < 9; ++part) {
    Counts counts;
    for (int i = 0; i < 300; ++i) counts["w" + std::to_string(random() % 500)] += 1 + random() % 9;
    for (const auto& [unit, count] : counts) whole[unit] += count;
    paths.push_back(directory / ("part" + std::to_string(part)));
    write(paths.back(), counts);
  }
  write(directory / "whole", whole);
  for (int tree = 0; tree < 20; ++tree) {
    std::vector<std::string> left = paths;
    while (left.size() > 1) {
      std::shuffle(left.begin(), left.end(), random);
      std::vector<std::unique_ptr<CountSource>> sources;
      for (auto n = 2 + random() % 3; n > 0 && !left.empty(); --n, left.pop_back()) sources.push_back(CountFile(left.back()).entries());
      RunMerge merge(std::move(sources));
      left.push_back(directory / ("node" + std::to_string(left.size())));
      write(left.back(), read(merge));
    }
    CHECK(directory.read(std::filesystem::path(left[0]).filename().string()) == directory.read("whole"));
  }
}

TEST_CASE("totals that are not those of the entries are found, and so is another fingerprint") {
  const test::TemporaryDirectory directory;
  {
    Output out = Output::to_file(directory / "a");
    ContainerWriter container(out, "counts", 1);
    container.begin_section("made-by");
    container.write(kWords);
    container.begin_section("entries");
    RunWriter entries([&](std::string_view bytes) { container.write(bytes); });
    entries.add("a", 3);
    entries.finish();
    container.begin_section("totals");
    container.write(std::string("\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16));
    container.finish();
    out.commit();
  }
  const auto entries = CountFile(directory / "a").entries();
  CHECK_THROWS_AS(read(*entries), Error);
  CHECK_NOTHROW(require_same_fingerprint(kWords, "a", kWords, "b"));
  CHECK_THROWS_WITH(require_same_fingerprint(kWords, "a", "{}", "b"), Catch::Contains("counted as {}") && Catch::Contains(kWords));
}

TEST_CASE("a count run appears whole or not at all, whichever write fails") {
  const test::TemporaryDirectory directory;
  for (int call = 0;; ++call) {
    test::FailingCalls faults({.call = call, .error = ENOSPC});
    try {
      write(directory / "a", hard_units());
    } catch (const Error&) {
    }
    if (!faults.happened()) break;
    if (!directory.names().empty()) CHECK(read(*CountFile(directory / "a").entries()) == hard_units());
    std::filesystem::remove(directory / "a");
    CHECK(directory.names().empty());
  }
}
