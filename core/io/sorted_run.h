// A sorted run: byte strings in ascending order, each with its count, as a compact stream of bytes.
//
//   RunWriter run([&](std::string_view bytes) { writer.write(bytes); });
//   run.add("grain", 3);
//   run.add("grind", 5);
//   run.finish();
//
//   RunReader reader([&] { return stream.next(); }, "en.run");
//   while (reader.next()) use(reader.key(), reader.count());
//
// An entry is: how many first bytes it has in common with the one before, how many follow, these bytes, the count; the numbers
// in LEB128. What is read is not trusted: Error{format} naming the run for anything that the writer would not have written,
// and memory for no more than the bytes that are there. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/count_source.h"

namespace quern {

class RunWriter {
 public:
  using Put = std::function<void(std::string_view)>;
  explicit RunWriter(Put put, std::size_t block = std::size_t{1} << 18);  // `put` gets stretches of about that size

  void add(std::string_view key, std::uint64_t count);  // greater than the key before; Error{internal} otherwise
  void finish();

  std::uint64_t distinct() const { return distinct_; }
  std::uint64_t total() const { return total_; }
  std::uint64_t key_bytes() const { return key_bytes_; }

 private:
  Put put_;
  std::size_t block_;
  std::string buffer_, last_;
  std::uint64_t distinct_ = 0, total_ = 0, key_bytes_ = 0;
};

class RunReader final : public CountSource {
 public:
  using Next = std::function<std::string_view()>;  // the next stretch, empty at the end; valid until the next call
  RunReader(Next stretch, std::string name) : stretch_(std::move(stretch)), name_(std::move(name)) {}

  bool next() override;
  std::uint64_t distinct() const { return distinct_; }  // entries so far
  std::uint64_t total() const { return total_; }

 private:
  bool fill();
  std::uint64_t number();
  [[noreturn]] void refuse(const char* what) const;

  Next stretch_;
  std::string name_, current_;
  const char *at_ = nullptr, *end_ = nullptr;
  std::uint64_t distinct_ = 0, total_ = 0;
};

}  // namespace quern
