// Weighted words of token ids on disk, for training on more than fits into memory.
//
//   WordStore words(tmpdir);
//   WordStore::Writer writer(words);                   // one per thread
//   writer.add(ids, weight);
//   writer.finish();
//   for (std::size_t i = 0; i < words.blocks(); ++i)   // blocks are independent: any thread may take any
//     words.read(i, scratch, [&](std::span<const TokenId> ids, std::uint64_t weight) { … });
//
// A block is a run of whole words: for each its weight, its length and its ids, in a code of one to seven bytes that is shortest
// for small numbers (append_token). The order of words means nothing. Temporary data: core/io/spill_file.h.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/io/spill_file.h"
#include "tokenizers/definition/added_token.h"

namespace quern::bpe {

// One byte below 192, two below 12,480, three below 1,061,055, seven above.
inline void append_token(std::string& to, TokenId id) {
  constexpr TokenId kTwo = 192, kThree = kTwo + 48 * 256, kFive = kThree + 15 * 65536 + 65535;
  if (id < kTwo) {
    to += static_cast<char>(id);
  } else if (id < kThree) {
    const TokenId rest = id - kTwo;
    const char bytes[] = {static_cast<char>(192 + (rest >> 8)), static_cast<char>(rest)};
    to.append(bytes, 2);
  } else if (id < kFive) {
    const TokenId rest = id - kThree;
    const char bytes[] = {static_cast<char>(240 + (rest >> 16)), static_cast<char>(rest >> 8), static_cast<char>(rest)};
    to.append(bytes, 3);
  } else {
    const char bytes[] = {'\xff', '\xff', '\xff', static_cast<char>(id >> 24), static_cast<char>(id >> 16), static_cast<char>(id >> 8), static_cast<char>(id)};
    to.append(bytes, sizeof bytes);
  }
}

// Of what append_token wrote.
inline TokenId read_token(const unsigned char*& p) {
  constexpr TokenId kTwo = 192, kThree = kTwo + 48 * 256, kFive = kThree + 15 * 65536 + 65535;
  const TokenId first = *p++;
  if (first < 192) return first;
  if (first < 240) return kTwo + ((first - 192) << 8 | *p++);
  const TokenId id = kThree + ((first - 240) << 16 | static_cast<TokenId>(p[0]) << 8 | p[1]);
  p += 2;
  if (id < kFive) return id;
  p += 4;
  return static_cast<TokenId>(p[-4]) << 24 | static_cast<TokenId>(p[-3]) << 16 | static_cast<TokenId>(p[-2]) << 8 | p[-1];
}

class WordStore {
 public:
  explicit WordStore(std::string tmpdir) : file_(std::make_unique<SpillFile>(std::move(tmpdir))) {}

  class Writer {
   public:
    explicit Writer(WordStore& store) : store_(&store) {}
    void add(std::span<const TokenId> ids, std::uint64_t weight);
    void finish();

   private:
    WordStore* store_;
    std::string block_;
  };

  struct Scratch {
    std::string bytes;
    std::vector<TokenId> ids;
  };
  std::size_t blocks() const { return blocks_.size(); }
  template <class Visit>
  void read(std::size_t block, Scratch& scratch, Visit visit) const;
  void release(std::size_t block) { file_->release(blocks_[block]); }  // it is not read again
  std::uint64_t bytes() const { return file_->bytes(); }

 private:
  void append(const std::string& block);

  std::unique_ptr<SpillFile> file_;
  std::mutex mutex_;  // of blocks_
  std::vector<SpillFile::Block> blocks_;
};

namespace detail {
inline std::uint64_t read_number(const unsigned char*& p) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const unsigned char byte = *p++;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}
}  // namespace detail

template <class Visit>
void WordStore::read(std::size_t block, Scratch& scratch, Visit visit) const {
  const std::string_view bytes = file_->read(blocks_[block], scratch.bytes);
  const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
  for (const auto* const end = p + bytes.size(); p < end;) {
    const std::uint64_t weight = detail::read_number(p);
    scratch.ids.resize(static_cast<std::size_t>(detail::read_number(p)));
    for (TokenId& id : scratch.ids) id = read_token(p);
    visit(std::span<const TokenId>(scratch.ids), weight);
  }
}

}  // namespace quern::bpe
