// The merges of a BPE model, by the pair they join.
//
// A merge (a, b) with rank r joins adjacent tokens a and b; lower ranks go first. The table answers "do a and b join, and
// how early" with one probe into a bucket of one cache line: eight 32-bit tags beside eight ranks. The hash is a
// bijection of the pair, so bucket number and tag together are the pair itself and no key is stored. The few merges that
// find their bucket full (none to 0.3 % for the published vocabularies) go to a side list. Most neighbours do not join: a
// filter of eight bits for each merge, small enough to stay in a near cache, says so of nine in ten of them.
//
//   MergeTable table(vocabulary_size, merges.size());
//   table.insert(left, right, rank);
//   if (auto rank = table.find(left, right); rank != MergeTable::kNone) …
//
// Reading is safe from any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "tokenizers/definition.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace quern::bpe {

class MergeTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  // Ids are below vocabulary_size, ranks below kNone - 1; `expected` merges will be inserted.
  MergeTable(std::size_t vocabulary_size, std::size_t expected);

  void insert(TokenId left, TokenId right, std::uint32_t rank);  // a pair that is there already takes the new rank

  bool empty() const { return size_ == 0; }

  std::uint32_t find(TokenId left, TokenId right) const {
    const std::uint64_t h = hash(left, right);
    const std::uint64_t place = h >> filter_shift_;
    if (!(filter_[place >> 6] >> (place & 63) & 1)) return kNone;
    const Bucket& bucket = buckets_[h >> bucket_shift_];
    const unsigned found = matches(bucket, tag(h));
    if (found != 0) {
      const std::uint32_t rank = bucket.ranks[__builtin_ctz(found)];
      if (rank < kOverflow) return rank;
    }
    if (bucket.ranks[kSlots - 1] != kOverflow) [[likely]] return kNone;
    return find_overflow(left, right);
  }

 private:
  static constexpr int kSlots = 8;
  static constexpr std::uint32_t kOverflow = kNone - 1;  // the rank in the last slot of a bucket with merges elsewhere

  struct alignas(64) Bucket {
    std::array<std::uint32_t, kSlots> tags{};
    std::array<std::uint32_t, kSlots> ranks;
    Bucket() { ranks.fill(kNone); }
  };

  std::uint64_t hash(TokenId left, TokenId right) const {
    return (static_cast<std::uint64_t>(left) << left_shift_ | static_cast<std::uint64_t>(right) << right_shift_) *
           0x9E3779B97F4A7C15u;
  }
  std::uint32_t tag(std::uint64_t h) const { return static_cast<std::uint32_t>(h << bucket_bits_ >> 32); }

  static unsigned matches(const Bucket& bucket, std::uint32_t tag) {
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
    const auto* tags = reinterpret_cast<const __m128i*>(bucket.tags.data());
    const __m128i low = _mm_cmpeq_epi32(_mm_load_si128(tags), wanted);
    const __m128i high = _mm_cmpeq_epi32(_mm_load_si128(tags + 1), wanted);
    const __m128i both = _mm_packs_epi16(_mm_packs_epi32(low, high), _mm_setzero_si128());
    return static_cast<unsigned>(_mm_movemask_epi8(both));
#else
    unsigned found = 0;
    for (int i = 0; i < kSlots; ++i) found |= static_cast<unsigned>(bucket.tags[i] == tag) << i;
    return found;
#endif
  }
  std::uint32_t find_overflow(TokenId left, TokenId right) const;

  std::size_t size_ = 0;  // pairs put in
  int left_shift_, right_shift_, bucket_shift_, bucket_bits_, filter_shift_;
  std::vector<std::uint64_t> filter_;  // by the hash's first bits: some pair has these
  std::vector<Bucket> buckets_;
  std::unordered_map<std::uint64_t, std::uint32_t> overflow_;
};

}  // namespace quern::bpe
