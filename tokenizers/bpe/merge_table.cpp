#include "tokenizers/bpe/merge_table.h"

#include <algorithm>
#include <bit>

namespace quern::bpe {

MergeTable::MergeTable(std::size_t vocabulary_size, std::size_t expected) {
  // A pair has 2 × id_bits bits; the bucket number takes some, what is left must fit a tag.
  const int id_bits = std::max(1, static_cast<int>(std::bit_width(vocabulary_size)));
  const auto wanted = std::bit_ceil(expected / 5 + 1);  // at most 5 of 8 slots on average
  bucket_bits_ = std::max({1, static_cast<int>(std::bit_width(wanted)) - 1, 2 * id_bits - 32});
  bucket_shift_ = 64 - bucket_bits_;
  left_shift_ = 64 - id_bits;
  right_shift_ = 64 - 2 * id_bits;
  buckets_.resize(std::size_t{1} << bucket_bits_);
  const int filter_bits = std::max(6, static_cast<int>(std::bit_width(std::bit_ceil(8 * expected + 1))) - 1);
  filter_shift_ = 64 - filter_bits;
  filter_.resize((std::size_t{1} << filter_bits) / 64);
}

void MergeTable::insert(TokenId left, TokenId right, std::uint32_t rank) {
  ++size_;
  const std::uint64_t h = hash(left, right);
  const std::uint64_t place = h >> filter_shift_;
  filter_[place >> 6] |= std::uint64_t{1} << (place & 63);
  Bucket& bucket = buckets_[h >> bucket_shift_];
  for (int i = 0; i < kSlots; ++i) {
    if (bucket.ranks[i] == kOverflow) break;
    if (bucket.ranks[i] != kNone && bucket.tags[i] != tag(h)) continue;
    bucket.tags[i] = tag(h);
    bucket.ranks[i] = rank;
    return;
  }
  if (bucket.ranks[kSlots - 1] != kOverflow) {
    // Full: its last merge makes room for the sign that more are elsewhere. The hash is a bijection, so the pair that
    // stands there can be had back from where it stands.
    const std::uint64_t there = (h >> bucket_shift_ << bucket_shift_) |
                                (static_cast<std::uint64_t>(bucket.tags[kSlots - 1]) << 32 >> bucket_bits_);
    overflow_[there] = bucket.ranks[kSlots - 1];
    bucket.ranks[kSlots - 1] = kOverflow;
  }
  overflow_[h] = rank;
}

std::uint32_t MergeTable::find_overflow(TokenId left, TokenId right) const {
  const auto found = overflow_.find(hash(left, right));
  return found == overflow_.end() ? kNone : found->second;
}

}  // namespace quern::bpe
