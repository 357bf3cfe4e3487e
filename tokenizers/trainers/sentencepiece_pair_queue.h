// The pairs of a SentencePiece-BPE training by how good they are: more frequent, then of fewer characters, then of lesser bytes.
//
// Several pairs may spell one text ("a" "aa", "aa" "a"); when they are as frequent, the one that leaves the queue first is
// joined and the other never. SentencePiece leaves that to how its binary heap happens to stand, so this is the same heap: put
// at the end and moved up; taken from the front, the hole moved down to the ground along the better children, the last
// entry put there and moved up. What comes out is then a function of what was put in, and in what order. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace quern {

// The texts of two symbols, which make up that of a pair.
struct PairText {
  std::string_view left, right;
};

std::uint64_t pair_text_key(const PairText& text);        // its first eight bytes, as a number that sorts like them
bool is_less(const PairText& a, const PairText& b);       // by bytes

template <class TextOf>  // PairText text_of(std::uint32_t pair)
class SentencePiecePairQueue {
 public:
  struct Entry {
    std::uint64_t count;
    std::uint64_t key;      // pair_text_key
    std::uint32_t length;   // in characters
    std::uint32_t pair;
  };

  explicit SentencePiecePairQueue(TextOf text_of) : text_of_(text_of) {}

  bool empty() const { return entries_.empty(); }
  const Entry& best() const { return entries_.front(); }

  void put(const Entry& entry) {
    entries_.push_back(entry);
    move_up(entries_.size() - 1, entry);
  }

  void take_best() {
    const Entry last = entries_.back();
    entries_.pop_back();
    const std::size_t size = entries_.size();
    if (size == 0) return;
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size && !is_worse(entries_[child + 1], entries_[child])) ++child;
      entries_[hole] = entries_[child];
      hole = child;
    }
    move_up(hole, last);
  }

 private:
  bool is_worse(const Entry& a, const Entry& b) const {
    if (a.count != b.count) return a.count < b.count;
    if (a.length != b.length) return a.length > b.length;
    if (a.key != b.key) return a.key > b.key;
    return is_less(text_of_(b.pair), text_of_(a.pair));
  }

  void move_up(std::size_t hole, const Entry& entry) {
    while (hole != 0) {
      const std::size_t parent = (hole - 1) / 2;
      if (!is_worse(entries_[parent], entry)) break;
      entries_[hole] = entries_[parent];
      hole = parent;
    }
    entries_[hole] = entry;
  }

  TextOf text_of_;
  std::vector<Entry> entries_;
};

}  // namespace quern
