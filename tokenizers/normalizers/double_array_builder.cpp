// An automaton laid out as units, placed where darts-clone (Yata) places them: children go to the first free place
// among the last sixteen blocks where all of them fit.
#include <algorithm>

#include "tokenizers/normalizers/byte_automaton.h"
#include "tokenizers/normalizers/double_array.h"

namespace quern::normalizers {
namespace {

using Child = ByteAutomaton::Child;

// The units and, for the last blocks of them, a ring of the free places.
class Units {
 public:
  static constexpr std::uint32_t kBlock = 256, kOpenBlocks = 16;
  static constexpr std::uint32_t kLow = 0xFF, kHigh = 0xFFu << 21;

  Units() : places_(kBlock * kOpenBlocks) {
    take(0);
    place(0).used = true;
    set_offset(0, 1);
  }

  std::vector<std::uint32_t> finish() && {
    const auto blocks = static_cast<std::uint32_t>(units_.size()) / kBlock;
    for (std::uint32_t b = blocks > kOpenBlocks ? blocks - kOpenBlocks : 0; b < blocks; ++b) close_block(b);
    return std::move(units_);
  }

  // Whether a node may find its children there: a unit holds either a short distance or a multiple of 256.
  static bool reaches(std::uint32_t node, std::uint32_t children) {
    const std::uint32_t distance = node ^ children;
    return (distance & kLow) == 0 || (distance & kHigh) == 0;
  }

  void set_offset(std::uint32_t node, std::uint32_t children) {
    const std::uint32_t distance = node ^ children;
    units_[node] &= 1u << 31 | 1u << 8 | kLow;
    units_[node] |= distance < 1u << 21 ? distance << 10 : distance << 2 | 1u << 9;
  }
  void set_has_value(std::uint32_t node) { units_[node] |= 1u << 8; }

  // A place for the children of a node.
  std::uint32_t place_children(std::uint32_t node, const Child* children, std::size_t count) {
    const std::uint32_t base = find_base(node, children, count);
    set_offset(node, base);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t at = base ^ children[i].label;
      take(at);
      if (children[i].label == 0) {
        set_has_value(node);
        units_[at] = children[i].target | 1u << 31;
      } else {
        units_[at] = (units_[at] & ~kLow) | children[i].label;
      }
    }
    place(base).used = true;
    return base;
  }

 private:
  struct Place {
    std::uint32_t previous = 0, next = 0;  // free places, in a ring
    bool taken = false;                    // holds a unit
    bool used = false;                     // children of some node begin here
  };
  Place& place(std::uint32_t id) { return places_[id % places_.size()]; }

  std::uint32_t find_base(std::uint32_t node, const Child* children, std::size_t count) {
    const auto size = static_cast<std::uint32_t>(units_.size());
    if (head_ >= size) return size | (node & kLow);
    std::uint32_t free = head_;
    do {
      const std::uint32_t base = free ^ children[0].label;
      const auto is_taken = [&](const Child& child) { return place(base ^ child.label).taken; };
      if (!place(base).used && reaches(node, base) && std::none_of(children + 1, children + count, is_taken)) {
        return base;
      }
      free = place(free).next;
    } while (free != head_);
    return size | (node & kLow);
  }

  void take(std::uint32_t id) {
    if (id >= units_.size()) add_block();
    if (id == head_) {
      head_ = place(id).next;
      if (head_ == id) head_ = static_cast<std::uint32_t>(units_.size());
    }
    place(place(id).previous).next = place(id).next;
    place(place(id).next).previous = place(id).previous;
    place(id).taken = true;
  }

  void add_block() {
    const auto begin = static_cast<std::uint32_t>(units_.size()), end = begin + kBlock;
    if (end / kBlock > kOpenBlocks) close_block(end / kBlock - 1 - kOpenBlocks);
    units_.resize(end);
    for (std::uint32_t id = begin; id < end; ++id) place(id) = {id - 1, id + 1, false, false};
    place(begin).previous = end - 1;
    place(end - 1).next = begin;
    // Behind the free places there are; the new ones alone where there are none.
    const std::uint32_t last = place(head_).previous;
    place(begin).previous = last;
    place(end - 1).next = head_;
    place(last).next = begin;
    place(head_).previous = end - 1;
  }

  // Free places get a label that makes them a child of nobody.
  void close_block(std::uint32_t block) {
    const std::uint32_t begin = block * kBlock, end = begin + kBlock;
    std::uint32_t unused = begin;
    while (unused < end && place(unused).used) ++unused;
    if (unused == end) unused = 0;
    for (std::uint32_t id = begin; id < end; ++id) {
      if (place(id).taken) continue;
      take(id);
      units_[id] = (units_[id] & ~kLow) | ((id ^ unused) & kLow);
    }
  }

  std::vector<std::uint32_t> units_;
  std::vector<Place> places_;
  std::uint32_t head_ = 0;  // of the ring; the size of units_ when it is empty
};

}  // namespace

std::vector<std::uint32_t> DoubleArray::build(const ByteAutomaton& automaton) {
  Units units;
  std::vector<std::uint32_t> bases(automaton.size(), 0);  // of shared lists: where they were placed last
  struct Frame {
    std::uint32_t list, base, next;
  };
  std::vector<Frame> path;
  const auto place = [&](std::uint32_t list, std::uint32_t node) {
    const Child* children = automaton.children(list);
    const bool shared = automaton.is_shared(list);
    if (shared && bases[list] != 0 && Units::reaches(node, bases[list])) {
      if (children[0].label == 0) units.set_has_value(node);
      units.set_offset(node, bases[list]);
      return;
    }
    const std::uint32_t base = units.place_children(node, children, automaton.count(list));
    if (shared) bases[list] = base;
    path.push_back({list, base, 0});
  };
  if (automaton.count(automaton.root()) > 0) place(automaton.root(), 0);
  while (!path.empty()) {
    Frame& frame = path.back();
    if (frame.next == automaton.count(frame.list)) {
      path.pop_back();
      continue;
    }
    const Child child = automaton.children(frame.list)[frame.next++];
    if (child.label != 0) place(child.target, frame.base ^ child.label);
  }
  return std::move(units).finish();
}

}  // namespace quern::normalizers
