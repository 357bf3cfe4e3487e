// Counts as files: how often each distinct unit of a corpus (a word, a character, a piece) occurred.
//
//   Output out = Output::to_file("en.run");
//   CountRunWriter writer(out, R"({"unit":"word"})");     // what made these counts: only equals may be merged
//   writer.add("grain", 3); …                             // ascending
//   writer.finish();
//   out.commit();
//
//   const CountFile file("en.run");                       // or text, "-", compressed
//   if (!file.is_text()) merge(file.entries());
//
// A run is a container (core/io/container.h) of kind "counts", version 1, with the sections
//
//   made-by   the fingerprint: a JSON object in one line, compared as bytes
//   entries   the sorted run (core/io/sorted_run.h)
//   totals    u64 distinct units, u64 sum of the counts
//
// Sums are all there is, so runs of any parts of a corpus, merged in any order, give the same bytes.
//
// The text form has a line `unit TAB count` for each unit. In a unit, backslash, TAB, LF and CR are written \\ \t \n \r, and
// bytes that are no UTF-8 or control characters as \xHH, so that every unit is one field of one line. Read back, lines may come in any order
// and units more than once; text does not say what made it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/count_source.h"
#include "core/io/container.h"
#include "core/io/sorted_run.h"

namespace quern {

class CountRunWriter {
 public:
  CountRunWriter(Output& out, std::string_view fingerprint);
  void add(std::string_view unit, std::uint64_t count) { entries_.add(unit, count); }
  void finish();
  std::uint64_t distinct() const { return entries_.distinct(); }
  std::uint64_t total() const { return entries_.total(); }

 private:
  ContainerWriter container_;
  RunWriter entries_;
};

class CountFile {
 public:
  explicit CountFile(const std::string& path);  // told by content
  ~CountFile();

  const std::string& path() const { return path_; }
  bool is_text() const { return container_ == nullptr; }
  const std::string& fingerprint() const { return fingerprint_; }  // empty for text
  // Of a run; the totals are checked at the end. Independent of this object.
  std::unique_ptr<CountSource> entries() const;
  // Of text, as they come; once. Error{input} naming the line.
  void read_text(const std::function<void(std::string_view unit, std::uint64_t count)>& visit);

 private:
  std::string path_, fingerprint_, start_;
  std::unique_ptr<Input> in_;
  std::shared_ptr<const Container> container_;
};

// "unit TAB count LF" at the end of `line`.
void append_count_line(std::string& line, std::string_view unit, std::uint64_t count);

// Error{usage} that shows both where two fingerprints differ; `other` is where the second one stands.
void require_same_fingerprint(const std::string& fingerprint, const std::string& path, const std::string& other, const std::string& other_path);

}  // namespace quern
