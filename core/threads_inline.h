// The template half of core/threads.h: typed slots over the type-erased engine.
#pragma once

#include <optional>
#include <vector>

namespace quern {

template <class Item, class Result, class Produce, class Work, class Consume>
void ordered_for_each(int threads, Produce produce, Work work, Consume consume) {
  struct Slot {
    Item item;
    std::optional<Result> result;
  };
  std::vector<Slot> slots(detail::ordered_slots(threads));
  detail::run_ordered(
      threads, slots.size(), [&](std::size_t i) { return produce(slots[i].item); },
      [&](std::size_t i, int worker) { slots[i].result.emplace(work(slots[i].item, worker)); },
      [&](std::size_t i) {
        consume(*slots[i].result);
        slots[i].result.reset();
      });
}

}  // namespace quern
