#include "core/io/sorted_run.h"

#include <catch2/catch.hpp>

#include <map>
#include <random>

#include "core/error.h"
#include "core/io/run_merge.h"

using namespace quern;

namespace {

using Counts = std::map<std::string, std::uint64_t>;

std::string encode(const Counts& counts) {
  std::string bytes;
  RunWriter writer([&](std::string_view part) { bytes += part; }, 100);
  for (const auto& [key, count] : counts) writer.add(key, count);
  writer.finish();
  return bytes;
}

// A reader that gets `step` bytes at a time.
std::unique_ptr<RunReader> reader(const std::string& bytes, std::size_t step) {
  return std::make_unique<RunReader>(
      [rest = std::string_view(bytes), step]() mutable {
        const std::string_view part = rest.substr(0, step);
        rest.remove_prefix(part.size());
        return part;
      },
      "test run");
}

Counts decode(CountSource& source) {
  Counts counts;
  std::string last;
  while (source.next()) {
    if (!counts.empty()) CHECK(last < source.key());
    last = source.key();
    counts.emplace(last, source.count());
  }
  return counts;
}

Counts random_counts(std::mt19937& random, int size) {
  Counts counts;
  for (int i = 0; i < size; ++i) {
    std::string key(random() % 6, '\0');
    for (char& c : key) c = static_cast<char>("a\xFF\0b"[random() % 4]);
    if (random() % 10 == 0) key += std::string(random() % 300, 'z');
    counts[key] = random() % 5 == 0 ? random() * std::uint64_t{1} << 20 | 1 : 1 + random() % 4;
  }
  return counts;
}

}  // namespace

TEST_CASE("a sorted run is read back whatever the stretches it comes in, the empty string included") {
  std::mt19937 random(3);
  for (const int size : {0, 1, 30, 3000}) {
    Counts counts = random_counts(random, size);
    if (size == 1) counts = {{"", ~std::uint64_t{0}}};
    const std::string bytes = encode(counts);
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) CHECK(decode(*reader(bytes, step)) == counts);
  }
}

TEST_CASE("runs are not written out of order") {
  RunWriter writer([](std::string_view) {});
  writer.add("b", 1);
  CHECK_THROWS_AS(writer.add("b", 1), Error);
  CHECK_THROWS_AS(writer.add("a", 1), Error);
  CHECK_THROWS_AS(writer.add("c", 0), Error);
  CHECK_THROWS_AS(writer.add("c", ~std::uint64_t{0}), Error);
}

TEST_CASE("bytes that no writer wrote are an error that names the run and the entry") {
  using namespace std::string_literals;
  const auto refused = [](const std::string& bytes) {
    try {
      decode(*reader(bytes, 1000));
      return false;
    } catch (const Error& error) {
      return error.code() == ErrorCode::format && error.where().path == "test run";
    }
  };
  CHECK(refused("\0\1"s));                              // cut within an entry
  CHECK(refused("\0\1a"s));                             // no count
  CHECK(refused("\0\1a\0"s));                           // of nothing
  CHECK(refused("\1\1a\1"s));                           // shares what is not there
  CHECK(refused("\0\1a\1\0\1a\1"s));                    // twice the same
  CHECK(refused("\0\1b\1\0\1a\1"s));                    // descends
  CHECK(refused("\0\1a\1\1\0\1"s));                     // the same, shared
  CHECK(refused("\0\2ab\1\1\0\1"s));                    // its own prefix
  CHECK(refused("\0\x81\0a\1"s));                       // a number with a zero on top
  CHECK(refused("\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"s));  // a number above 2^64
  CHECK(refused("\0\xff\xff\xff\xff\xff\1a"s));         // longer than the data
  CHECK(refused("\0\1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0\1b\1"s));  // a total above 2^64
}

TEST_CASE("a merge adds up as a map does, for any number of runs and any tree of merges") {
  std::mt19937 random(5);
  for (int round = 0; round < 40; ++round) {
    Counts expected;
    std::vector<std::string> runs;
    const auto runs_wanted = random() % 20;
    for (unsigned i = 0; i < runs_wanted; ++i) {
      const Counts counts = random_counts(random, static_cast<int>(random() % 60));
      for (const auto& [key, count] : counts) expected[key] += count;
      runs.push_back(encode(counts));
    }
    std::vector<std::unique_ptr<CountSource>> sources;
    for (const std::string& run : runs) sources.push_back(reader(run, 50));
    while (round % 2 == 1 && sources.size() > 3) {  // some of them first
      std::vector<std::unique_ptr<CountSource>> some;
      for (auto n = 1 + random() % 3; n > 0; --n) some.push_back(std::move(sources.back())), sources.pop_back();
      sources.insert(sources.begin(), std::make_unique<RunMerge>(std::move(some)));
    }
    RunMerge merge(std::move(sources));
    CHECK(decode(merge) == expected);
  }
}

TEST_CASE("a sum beyond 2^64 is an error, not a small number") {
  const std::string large = encode({{"a", ~std::uint64_t{0}}}), one = encode({{"a", 1}});
  std::vector<std::unique_ptr<CountSource>> sources;
  sources.push_back(reader(large, 10));
  sources.push_back(reader(one, 10));
  RunMerge merge(std::move(sources));
  CHECK_THROWS_AS(merge.next(), Error);
}
