// BlockReader: files cut into blocks at record ends.
#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "core/error.h"
#include "corpora/text_blocks.h"

namespace quern {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
// Room behind a block's text, so that the JSON parser may read past a line's end without the block being copied.
constexpr std::size_t kSlack = 64;

// In runs short enough for byte-wide counters, which compilers turn into vector code.
std::uint64_t count_byte(std::string_view text, char byte) {
  std::uint64_t total = 0;
  for (std::size_t at = 0; at < text.size();) {
    constexpr std::size_t kLanes = 64, kRun = 255 * kLanes;
    const std::size_t end = std::min(text.size(), at + kRun);
    unsigned char lanes[kLanes] = {};
    for (; at + kLanes <= end; at += kLanes) {
      for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = static_cast<unsigned char>(lanes[i] + (text[at + i] == byte));
    }
    for (const unsigned char lane : lanes) total += lane;
    for (; at < end; ++at) total += text[at] == byte;
  }
  return total;
}

// Where range i of n begins in a file of that size.
std::uint64_t range_begin(std::uint64_t size, std::uint64_t i, std::uint64_t n) {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(size) * i / n);
}

}  // namespace

struct BlockReader::State {
  State(std::vector<std::string> names, const RecordFormat& format, BlockOptions block_options)
      : files(std::move(names)),
        options(block_options),
        document(format.records == Records::document),
        terminator(format.records == Records::null ? '\0' : '\n') {
    if (files.empty()) files.emplace_back("-");
    options.block_bytes = std::max<std::size_t>(options.block_bytes, 1);
    options.record_limit = std::max<std::uint64_t>(options.record_limit, options.block_bytes);
    bool known = true;
    for (std::size_t f = 0; f < files.size(); ++f) {
      const std::uint64_t size = size_on_disk(files[f]);  // of every file now: a missing one shows before work begins
      if (document && !deals(f)) continue;
      known = known && (size > 0 || files[f] != "-");
      total += share_of(f);
    }
    if (!known) total = 0;
    next_file = static_cast<std::size_t>(std::min<std::uint64_t>(options.start.file, files.size()));
    for (std::size_t f = 0; f < next_file; ++f) finished += share_of(f);
  }

  // Bytes on disk of a file that this reader passes.
  std::uint64_t share_of(std::size_t file) const {
    if (document && !deals(file)) return 0;
    const std::uint64_t size = size_on_disk(files[file]);
    if (document) return size;
    return range_begin(size, options.shard.index + 1, options.shard.count) - range_begin(size, options.shard.index, options.shard.count);
  }

  bool deals(std::size_t file) const { return file % options.shard.count == options.shard.index; }

  bool next(RawBlock& block) {
    for (;;) {
      if (!in && !open_next()) return false;
      if (fill(block)) return true;
      close();
    }
  }

  // Bytes of the open file that were read for this shard.
  std::uint64_t consumed() const { return in == nullptr || in->position() < skipped ? 0 : in->position() - skipped; }

  void close() {
    finished += consumed();
    in.reset();
  }

  bool open_next() {
    while (document && next_file < files.size() && !deals(next_file)) ++next_file;
    if (next_file == files.size()) return false;
    const std::string& file = files[next_file++];
    in = open_input(file);
    carry.clear();
    line = 1;
    byte = 0;
    end = kNoEnd;
    skipped = 0;
    ended = false;
    if (options.shard.count > 1 && !document) {
      enter_shard(file);
    } else {
      drop_byte_order_mark();
    }
    if (next_file - 1 == options.start.file && options.start.byte > 0) go_to(options.start);
    return true;
  }

  // Continues in the open file where another reader stopped.
  void go_to(const InputPlace& start) {
    if (in->compression() == Compression::none && in->seek(start.byte)) {
      carry.clear();
    } else {
      discard(start.byte - byte);
    }
    byte = start.byte;
    line = start.line;
    marks = {};  // the other reader has reported this file's
    ended = byte >= end;
  }

  void discard(std::uint64_t bytes) {
    std::string block;
    for (; bytes > carry.size(); carry.swap(block)) {
      bytes -= carry.size();
      block.resize(options.block_bytes);
      block.resize(in->read(block.data(), block.size()));
      if (block.empty()) {
        throw Error(ErrorCode::input, "ends before byte " + std::to_string(options.start.byte) + ", up to which it was read before")
            .at(in->path())
            .remedy("give the same input again, or start over");
      }
    }
    carry.erase(0, static_cast<std::size_t>(bytes));
  }

  InputPlace place() const {
    if (in == nullptr || ended) return {next_file, 0, 1};
    return {next_file - 1, byte, line};
  }

  void drop_byte_order_mark() {
    char start[kByteOrderMark.size()];
    while (carry.size() < kByteOrderMark.size()) {
      const std::size_t n = in->read(start, kByteOrderMark.size() - carry.size());
      if (n == 0) break;
      carry.append(start, n);
    }
    if (carry != kByteOrderMark) return;
    if (marks.byte_order_marks++ == 0) marks.first_byte_order_mark = in->path();
    carry.clear();
    byte = kByteOrderMark.size();
    // The first record still counts as beginning at byte 0, and is the only one that begins before the next byte.
    if (end != kNoEnd) end = std::max<std::uint64_t>(end, byte + 1);
  }

  // Goes to the first record that begins in our range of the file.
  void enter_shard(const std::string& file) {
    if (file == "-" || in->compression() != Compression::none || !in->seek(0)) {
      const bool packed = in->compression() != Compression::none;
      throw Error(ErrorCode::usage, packed ? "compressed, so it cannot be split into shards"
                                           : "not a plain file, so it cannot be split into shards")
          .at(in->path())
          .remedy(packed ? "decompress it first, or give each shard whole files" : "store it in a file first");
    }
    const std::uint64_t size = size_on_disk(file);
    const std::uint64_t begin = range_begin(size, options.shard.index, options.shard.count);
    end = range_begin(size, options.shard.index + 1, options.shard.count);
    skipped = begin;
    ended = begin >= end;
    if (ended) return;
    if (begin == 0) return drop_byte_order_mark();
    line = 0;
    byte = begin - 1;  // a record that begins at `begin` has its predecessor's terminator there
    in->seek(byte);
    ended = !skip_record();
  }

  // Drops bytes up to and including the next terminator; false when there is none.
  bool skip_record() {
    for (;;) {
      carry.resize(options.block_bytes);
      const std::size_t n = in->read(carry.data(), carry.size());
      carry.resize(n);
      if (n == 0) return false;
      const std::size_t at = carry.find(terminator);
      byte += at == std::string::npos ? n : at + 1;
      if (at == std::string::npos) continue;
      carry.erase(0, at + 1);
      return true;
    }
  }

  // The next block of the open file; false at its end.
  bool fill(RawBlock& block) {
    if (ended || byte >= end) return false;
    block.path = in->path();
    block.first_line = document ? 1 : line;
    block.first_byte = byte;
    block.ends_unterminated = false;
    std::size_t size = carry.size(), searched = 0;
    resize(block.bytes, std::max(options.block_bytes, size + 1));
    carry.copy(block.bytes.data(), size);
    while (read_to_end(block.bytes, size)) {
      const std::string_view text(block.bytes);
      const std::size_t cut = document ? std::string_view::npos : text.substr(searched).rfind(terminator);
      if (cut != std::string_view::npos) {
        carry.assign(text.substr(searched + cut + 1));
        block.bytes.resize(searched + cut + 1);
        return finish(block);
      }
      if (size > options.record_limit) refuse_length();
      searched = size;
      resize(block.bytes, static_cast<std::size_t>(std::min<std::uint64_t>(2 * size, options.record_limit + 1)));
    }
    ended = true;
    carry.clear();
    block.bytes.resize(size);
    if (size == 0 && !document) return false;
    return finish(block);
  }

  // Cuts what the next shard will read, and moves on.
  bool finish(RawBlock& block) {
    std::string& bytes = block.bytes;
    if (byte + bytes.size() >= end) {
      const std::size_t last = bytes.find(terminator, static_cast<std::size_t>(end - 1 - byte));
      if (last != std::string::npos) bytes.resize(last + 1);
      ended = true;
    }
    block.ends_unterminated = document || bytes.back() != terminator;
    byte += bytes.size();
    const std::uint64_t ended_records = document ? 0 : count_byte(bytes, terminator);
    if (line != 0) line += ended_records;
    block.first_number = std::exchange(records, records + ended_records + (block.ends_unterminated ? 1 : 0));
    return true;
  }

  static void resize(std::string& bytes, std::size_t size) {
    if (bytes.capacity() < size + kSlack) bytes.reserve(size + kSlack);
    bytes.resize(size);
  }

  // Reads until bytes is full; false at the end of the file.
  bool read_to_end(std::string& bytes, std::size_t& size) {
    while (size < bytes.size()) {
      const std::size_t n = in->read(bytes.data() + size, bytes.size() - size);
      if (n == 0) return false;
      size += n;
    }
    return true;
  }

  [[noreturn]] void refuse_length() const {
    Error error(ErrorCode::memory, (document ? "the document is longer than " : "a record is longer than ") +
                                       std::to_string(options.record_limit) + " bytes");
    error.remedy(document ? "raise --memory" : "raise --memory, or check how records end: -0 is for NUL, the default is for lines");
    throw line == 0 ? error.at(in->path(), 0, byte) : error.at(in->path(), line);
  }

  std::vector<std::string> files;
  BlockOptions options;
  bool document;
  char terminator;
  std::uint64_t total = 0;

  std::size_t next_file = 0;
  std::uint64_t finished = 0;  // bytes on disk of files done
  std::uint64_t records = 0;   // given out

  // The open file:
  std::unique_ptr<Input> in;
  std::string carry;           // read, and not yet given out
  RecordDamage marks;
  std::uint64_t line = 1;      // number of the record that begins at `byte`
  std::uint64_t byte = 0;      // offset of the first byte of carry
  std::uint64_t end = kNoEnd;  // records that begin here or later are another shard's
  std::uint64_t skipped = 0;   // bytes before our range
  bool ended = false;
};

BlockReader::BlockReader(std::vector<std::string> files, RecordFormat format, BlockOptions options)
    : state_(std::make_unique<State>(std::move(files), format, options)) {}

BlockReader::~BlockReader() = default;

bool BlockReader::next(RawBlock& block) { return state_->next(block); }

InputPlace BlockReader::place() const { return state_->place(); }

std::uint64_t BlockReader::position() const { return state_->finished + state_->consumed(); }

std::uint64_t BlockReader::total() const { return state_->total; }

const RecordDamage& BlockReader::damage() const { return state_->marks; }

}  // namespace quern
