#include "corpora/corpus_counter.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <map>
#include <random>

#include "core/error.h"
#include "core/stop.h"
#include "core/text/unicode.h"
#include "core/text/utf8.h"
#include "corpora/count_units.h"
#include "tests/support/compress.h"
#include "tests/support/failing_calls.h"
#include "tests/support/temporary_directory.h"

using namespace quern;

namespace {

using Counts = std::map<std::string, std::uint64_t>;

std::string random_text(unsigned seed, int lines) {
  static const char* const parts[] = {"mill", "grain", " ", "  ", "\t", "石磨", "\u3000", "\u00A0", "\u2009", "\u205F", "\u1680", "é", "e\u0301", "\v", "\u0085", "\u200B", "�"};
  std::mt19937 random(seed);
  std::string text;
  for (int line = 0; line < lines; ++line) {
    for (auto n = random() % 9; n > 0; --n) text += parts[random() % std::size(parts)];
    text += std::to_string(random() % 700) + "\n";
  }
  return text;
}

// Code point by code point, with the list of White_Space written out.
Counts naive_words(const std::string& text) {
  static const std::string spaces[] = {" ", "\t", "\n", "\v", "\f", "\r", "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                       "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};
  Counts counts;
  std::string word;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 1;
    while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0) == 0x80) ++size;
    const std::string character = text.substr(at, size);
    at += size;
    if (std::find(std::begin(spaces), std::end(spaces), character) == std::end(spaces)) {
      word += character;
      continue;
    }
    if (!word.empty()) ++counts[word];
    word.clear();
  }
  if (!word.empty()) ++counts[word];
  return counts;
}

Counts read(CorpusCounter& counter) {
  Counts counts;
  counter.for_each([&](std::string_view unit, std::uint64_t count) { counts.emplace(unit, count); });
  return counts;
}

struct StopRequest {
  StopRequest() { Stop::request(SIGTERM); }
  ~StopRequest() { Stop::reset(); }
};

}  // namespace

TEST_CASE("words are what lies between White_Space, whatever the threads, blocks, shards and memory") {
  const test::TemporaryDirectory directory;
  const std::string text = random_text(1, 20000), path = directory.write("a", text);
  const Counts expected = naive_words(text);
  for (const int threads : {1, 3}) {
    for (const std::size_t block : {std::size_t{1}, std::size_t{10000}, std::size_t{1} << 20}) {
      CorpusCounter counter({.files = {path}, .blocks = {.block_bytes = block}, .threads = threads, .memory = 1 << 20}, count_words);
      counter.run();
      CHECK(read(counter) == expected);
    }
  }
  Counts sum;
  for (std::uint64_t i = 0; i < 7; ++i) {
    CorpusCounter counter({.files = {path}, .blocks = {.shard = {i, 7}}}, count_words);
    counter.run();
    for (const auto& [word, count] : read(counter)) sum[word] += count;
  }
  CHECK(sum == expected);
}

TEST_CASE("characters are code points; a byte that is part of none counts by itself") {
  const test::TemporaryDirectory directory;
  const std::string path = directory.write("a", "aé麦😀\xFF\xE9\xBA\na\xC3\n\n");
  RecordFormat format;
  format.on_invalid = OnInvalid::keep;
  CorpusCounter counter({.files = {path}, .format = format}, count_characters);
  counter.run();
  CHECK(read(counter) == Counts{{"a", 2}, {"é", 1}, {"麦", 1}, {"😀", 1}, {"\xFF", 1}, {"\xE9", 1}, {"\xBA", 1}, {"\xC3", 1}});
}

TEST_CASE("a count that is stopped again and again ends as one that is not, in any form of input") {
  const test::TemporaryDirectory directory;
  const std::string a = random_text(2, 6000), b = "\xEF\xBB\xBF" + random_text(3, 6000) + "b\xFF\xFE\n";
  const std::vector<std::string> plain = {directory.write("a", a), directory.write("b", b)};
  const std::vector<std::string> packed = {directory.write("a.gz", test::gzip(a)), directory.write("b.gz", test::gzip(b))};
  for (const std::vector<std::string>& files : {plain, packed}) {
    CountJob job{.files = files, .blocks = {.block_bytes = 3000}, .threads = 2, .fingerprint = "{}", .save_folder = directory / "partial", .resume = true};
    CorpusCounter undisturbed({.files = files}, count_words);
    const RecordDamage expected_damage = undisturbed.run();
    const Counts expected = read(undisturbed);

    int stops = 0;
    for (bool done = false; !done;) {
      CorpusCounter counter(job, count_words);
      CHECK(counter.resumed() == (stops > 0));
      int blocks = 0;
      try {
        const RecordDamage damage = counter.run([&](std::uint64_t, std::uint64_t) {
          if (++blocks == 9) Stop::request(SIGTERM);
        });
        CHECK(damage.invalid_records == expected_damage.invalid_records);
        CHECK(damage.byte_order_marks == expected_damage.byte_order_marks);
        CHECK(damage.first_invalid.line == expected_damage.first_invalid.line);
        CHECK(read(counter) == expected);
        counter.counts().for_each([&, i = expected.begin()](std::string_view unit, std::uint64_t count) mutable {
          CHECK((i->first == unit && i->second == count));
          ++i;
        });
        counter.remove_saved();
        done = true;
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::interrupted);
        CHECK(error.where().path == job.save_folder);
        ++stops;
      }
      Stop::reset();
    }
    CHECK(stops > 3);
    CHECK_FALSE(directory.names().contains("partial"));
  }
}

TEST_CASE("a stop while the result is written saves everything") {
  const test::TemporaryDirectory directory;
  const std::string path = directory.write("a", random_text(4, 3000));
  CountJob job{.files = {path}, .fingerprint = "{}", .save_folder = directory / "partial", .resume = true};
  Counts expected;
  {
    CorpusCounter counter(job, count_words);
    counter.run();
    expected = read(counter);
    const StopRequest stop;
    CHECK_THROWS_AS(read(counter), Error);
  }
  CorpusCounter counter(job, count_words);
  CHECK(counter.resumed());
  counter.run([](std::uint64_t, std::uint64_t) { FAIL("nothing is left to be counted"); });
  CHECK(read(counter) == expected);
}

// Each saving is a run and then the state; whichever write of them fails, what was saved before still counts.
TEST_CASE("a disk that is full while a count is saved loses nothing that was saved before") {
  const test::TemporaryDirectory directory;
  const std::string path = directory.write("a", random_text(5, 4000));
  CountJob job{.files = {path}, .blocks = {.block_bytes = 20000}, .fingerprint = "{}", .save_folder = directory / "partial", .resume = true,
               .save_every = std::chrono::milliseconds(0)};
  CorpusCounter undisturbed({.files = {path}}, count_words);
  undisturbed.run();
  const Counts expected = read(undisturbed);
  for (int call = 0;; ++call) {
    bool happened = false;
    {
      test::FailingCalls faults({.call = call, .error = ENOSPC});
      CorpusCounter counter(job, count_words);
      try {
        counter.run();
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::io);
      }
      happened = faults.happened();
    }
    CorpusCounter counter(job, count_words);
    counter.run();
    REQUIRE(read(counter) == expected);
    counter.remove_saved();
    if (!happened) break;
  }
}

TEST_CASE("what is saved is only gone on with when asked to, and with the same job") {
  const test::TemporaryDirectory directory;
  const std::string path = directory.write("a", random_text(6, 500));
  CountJob job{.files = {path}, .fingerprint = "{}", .save_folder = directory / "partial", .settings = {{"--jsonl", "text"}}};
  {
    const StopRequest stop;
    CorpusCounter counter(job, count_words);
    CHECK_THROWS_AS(counter.run(), Error);
    job.resume = true;
    CHECK_THROWS_WITH(CorpusCounter(job, count_words), Catch::Contains("another process"));
  }
  job.resume = false;
  CHECK_THROWS_WITH(CorpusCounter(job, count_words), Catch::Contains("unfinished"));
  job.resume = true;
  job.settings[0].second = "body";
  CHECK_THROWS_WITH(CorpusCounter(job, count_words), Catch::Contains("--jsonl was text, is body now"));
  job.settings[0].second = "text";
  directory.write("a", random_text(6, 501));
  CHECK_THROWS_WITH(CorpusCounter(job, count_words), Catch::Contains("the input was"));
  directory.write("partial/state.json", "{\"schema\":1}");
  CHECK_THROWS_AS(CorpusCounter(job, count_words), Error);
  remove_saved_counts(job.save_folder);
  CHECK_FALSE(CorpusCounter(job, count_words).resumed());
  directory.write("partial", "something else");
  remove_saved_counts(job.save_folder);
  CHECK(directory.names().contains("partial"));
}
