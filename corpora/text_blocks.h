// Text in: files, pipes and compressed streams as blocks of whole records, ready for any number of threads.
//
//   BlockReader reader(files, format, {.block_bytes = 1 << 20});
//   RawBlock raw;
//   TextBlock text;
//   while (reader.next(raw)) {       // one thread: cuts at record ends, nothing else
//     extract(raw, format, text);    // any thread: JSON fields, TSV columns, UTF-8 policy; the two swap buffers
//     for (std::size_t i = 0; i < text.size(); ++i) use(text[i], text.line(i));
//   }
//
// Blocks come in input order and never span files. Each is as large as whole records within block_bytes allow; a longer
// record makes its block larger, up to record_limit (or block_bytes, if that is more), beyond which it is Error{memory}
// naming path and line. Neither records nor blocks depend on how the input was split into reads. A byte order mark at
// the start of a file is dropped; first_byte is then 3.
//
// Shards. With count > 1 a reader passes only its part of each file: the records that begin in the index-th of `count`
// equal byte ranges, so every record is in exactly one shard and no shard reads more than its range and one record.
// That takes plain files; a compressed one or a pipe is Error{usage}. Line numbers are then unknown (0) but in ranges
// that begin at byte 0; messages give the byte. Documents are dealt out whole instead, file f to shard f modulo count,
// and may be compressed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/input.h"
#include "corpora/record_format.h"

namespace quern {

struct Shard {
  std::uint64_t index = 0;  // 0-based; "--shard 1/4" is index 0 of count 4
  std::uint64_t count = 1;
};

// "i/n" with 1 ≤ i ≤ n; Error{usage} on anything else.
Shard parse_shard(std::string_view text);

// Between two records: all before it was given out. What BlockReader::place() says, and where another one can start.
struct InputPlace {
  std::uint64_t file = 0;  // index into the list of files
  std::uint64_t byte = 0;  // offset in the (decompressed) file; 0 is its beginning
  std::uint64_t line = 1;  // number of the record there; 0: unknown
  friend bool operator==(const InputPlace&, const InputPlace&) = default;
};

struct BlockOptions {
  std::size_t block_bytes = std::size_t{1} << 20;
  std::uint64_t record_limit = std::uint64_t{1} << 32;
  Shard shard = {};
  InputPlace start = {};  // from place() of a reader with the same files and shard; plain files are not read up to it
};

// Bytes of whole records with their terminators, as they stand in the file.
struct RawBlock {
  std::string bytes;
  std::string path;
  std::uint64_t first_line = 1;    // number of the first record in its file, from 1; 0: unknown
  std::uint64_t first_number = 0;  // records in the blocks before, of all files
  std::uint64_t first_byte = 0;    // offset of `bytes` in the (decompressed) file
  bool ends_unterminated = false;  // the last record has no terminator: it was the end of the file
};

class BlockReader {
 public:
  BlockReader(std::vector<std::string> files, RecordFormat format, BlockOptions options = {});
  ~BlockReader();
  // Replaces block by the next one; false at the end. The caller may hand the same object in again: its buffer is
  // reused.
  bool next(RawBlock& block);
  // Behind the last block given out.
  InputPlace place() const;
  // For progress: bytes on disk consumed so far, and in all (0 when unknown).
  std::uint64_t position() const;
  std::uint64_t total() const;
  // Byte order marks left out so far; what is wrong with records is found by extract().
  const RecordDamage& damage() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Records of one block after field extraction and the UTF-8 policy, without terminators. They lie one after the other
// in one string, `gap` bytes apart, so that text is not copied where the records are the file's own bytes.
class TextBlock {
 public:
  std::size_t size() const { return starts_.empty() ? 0 : starts_.size() - 1; }
  std::string_view operator[](std::size_t i) const {
    return {text_.data() + starts_[i], starts_[i + 1] - gap_ - starts_[i]};
  }
  // Number in its file of record i, from 1; 0 when unknown.
  std::uint64_t line(std::size_t i) const {
    if (first_line_ == 0) return 0;
    return lines_.empty() ? first_line_ + i : lines_[i];
  }
  // How many records the reader gave out before record i, of all files and whatever became of them.
  std::uint64_t number(std::size_t i) const { return first_number_ + (lines_.empty() ? i : lines_[i] - first_line_); }
  const std::string& path() const { return path_; }
  // The last record has no terminator in the file, which ends there.
  bool last_is_unterminated() const { return last_is_unterminated_; }
  const RecordDamage& damage() const { return damage_; }

 private:
  friend class Extraction;
  std::string text_;                  // the raw bytes, or the extracted records
  std::vector<std::size_t> starts_;   // of each record, and of the one that would follow the last
  std::size_t gap_ = 0;               // 1: terminators stand between the records
  std::vector<std::uint64_t> lines_;  // only when lines without a record came before
  std::string path_;
  std::uint64_t first_line_ = 1, first_number_ = 0;
  bool last_is_unterminated_ = false;
  RecordDamage damage_;
};

// Fills `out`, reusing its memory; `raw` is left with whatever buffer `out` had.
void extract(RawBlock& raw, const RecordFormat& format, TextBlock& out);
TextBlock extract(RawBlock&& raw, const RecordFormat& format);

// Gives each record to use(record, its index). One that it refuses with an Error{input} that names no place is passed over
// and counted, or the error gets its place and goes on, as asked.
template <class Use>
void for_each_record(const TextBlock& block, OnBadRecord on_bad, RecordDamage& refused, Use use);

// Reads, works and emits in one call: work(block, worker) on any thread, emit(result) on the caller's, in input order.
// Returns what damage was met. progress(bytes_on_disk) is called from the caller's thread after each block.
template <class Result, class Work, class Emit>
RecordDamage for_each_block(BlockReader& reader, const RecordFormat& format, int threads, Work work, Emit emit,
                            const std::function<void(std::uint64_t)>& progress = {});

}  // namespace quern

#include "corpora/text_blocks_inline.h"
