// Text in: files, pipes and compressed streams as blocks of whole records, ready for any number of threads.
//
//   BlockReader reader(files, format, {.block_bytes = 1 << 20});
//   RawBlock raw;
//   while (reader.next(raw)) {                  // one thread: cuts at record ends, nothing else
//     TextBlock text = extract(raw, format);    // any thread: JSON fields, TSV columns, UTF-8 policy
//     for (std::string_view record : text.records()) …
//   }
//
// Blocks come in input order, each about block_bytes; a record longer than that makes its block larger, up to
// record_limit, beyond which it is Error{memory} naming path and line. Record boundaries do not depend on block_bytes or on how the
// input was split into reads. A byte order mark at the start of a file is dropped (and told in RawBlock).
// `--shard i/n`: the records that begin in the i-th of n equal byte ranges of each plain file (compressed: of its
// decompressed text, by counting records round-robin is not done — it is Error{usage}); every record is in exactly one shard.
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

struct BlockOptions {
  std::size_t block_bytes = std::size_t{1} << 20;
  std::uint64_t record_limit = std::uint64_t{1} << 32;
  Shard shard;
};

// Bytes of whole records with their terminators, as they stand in the file.
struct RawBlock {
  std::string bytes;
  std::string path;
  std::uint64_t first_line = 1;  // number of the first record in its file, from 1
  std::uint64_t first_byte = 0;  // offset of `bytes` in the (decompressed) file
  bool ends_unterminated = false;  // the last record has no terminator: it was the end of the file
};

class BlockReader {
 public:
  BlockReader(std::vector<std::string> files, RecordFormat format, BlockOptions options = {});
  ~BlockReader();
  // Replaces block by the next one; false at the end. The caller may hand the same object in again: its buffer is reused.
  bool next(RawBlock& block);
  // For progress: bytes on disk consumed so far, and in all (0 when unknown).
  std::uint64_t position() const;
  std::uint64_t total() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Records of one block after field extraction and the UTF-8 policy, without terminators.
class TextBlock {
 public:
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    return {data() + begins_[i], ends_[i] - begins_[i]};
  }
  // Number in its file of record i, from 1.
  std::uint64_t line(std::size_t i) const { return lines_.empty() ? first_line_ + i : lines_[i]; }
  const std::string& path() const { return path_; }
  bool last_is_unterminated() const { return last_is_unterminated_; }
  const RecordDamage& damage() const { return damage_; }

 private:
  friend TextBlock extract(RawBlock&& raw, const RecordFormat& format);
  const char* data() const { return text_.data(); }
  std::string text_;  // the raw bytes, or the extracted fields one after the other
  std::vector<std::size_t> begins_, ends_;
  std::vector<std::uint64_t> lines_;  // only when records were skipped
  std::string path_;
  std::uint64_t first_line_ = 1;
  bool last_is_unterminated_ = false;
  RecordDamage damage_;
};

TextBlock extract(RawBlock&& raw, const RecordFormat& format);

// Reads, works and emits in one call: work(block, worker) on any thread, emit(result) on the caller's, in input order.
// Returns what damage was met. progress(bytes_on_disk) is called from the caller's thread after each block.
template <class Result, class Work, class Emit>
RecordDamage for_each_block(BlockReader& reader, const RecordFormat& format, int threads, Work work, Emit emit,
                            const std::function<void(std::uint64_t)>& progress = {});

}  // namespace quern

#include "corpora/text_blocks_inline.h"
