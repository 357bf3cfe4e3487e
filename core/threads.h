// Ordered parallel work: items go in, any thread works on them, results come out in input order. The bytes of an
// output are therefore the same for any number of threads.
//
//   ordered_for_each<Block, Ids>(threads,
//       [&](Block& block) { return reader.next(block); },          // caller's thread; false at the end
//       [&](Block& block, int worker) { return encode(block); },   // any thread, worker in [0, threads)
//       [&](Ids& ids) { writer.write(ids); });                     // caller's thread, input order
//
// At most 2 × threads + 2 items are in flight, so memory is bounded by their size. An exception from any of the three
// ends the run as it would with one thread: results of earlier items are consumed, then the exception of the earliest
// item that has one is rethrown on the caller's thread, whatever order the threads met theirs in.
// The caller's thread is one of `threads`: it works (as worker 0) while there is nothing to produce or consume. With one
// thread nothing is started and one item is in flight.
#pragma once

#include <cstddef>
#include <functional>

namespace quern {

// CPUs this process may use: affinity mask and cgroup quota, at least 1. What `--threads 0` means.
int available_threads();

namespace detail {
// The type-erased engine below ordered_for_each. Slots are numbered; produce fills one, work transforms it, consume
// empties it.
void run_ordered(int threads, std::size_t slots, const std::function<bool(std::size_t)>& produce,
                 const std::function<void(std::size_t, int)>& work, const std::function<void(std::size_t)>& consume);
std::size_t ordered_slots(int threads);
}  // namespace detail

template <class Item, class Result, class Produce, class Work, class Consume>
void ordered_for_each(int threads, Produce produce, Work work, Consume consume);

// Runs job(0) … job(count - 1) on up to `threads` threads and waits. Which thread runs which is not defined; jobs must
// not depend on it. The exception of the lowest-numbered failing job is rethrown.
void parallel_for(int threads, std::size_t count, const std::function<void(std::size_t)>& job);

}  // namespace quern

#include "core/threads_inline.h"
