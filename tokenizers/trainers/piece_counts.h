// How often each distinct piece of text occurred: the input of every trainer.
//
//   PieceCounts pieces({.workers = threads, .memory = budget, .tmpdir = tmpdir});
//   pieces.add(worker, " grind");                            // any thread, each with its own worker number
//   pieces.for_each([](std::string_view piece, std::uint64_t count) { … });     // ascending by bytes, as often as needed
//   if (const CountTable* table = pieces.gather()) table->for_each(…);          // quicker, in no order, while it fits into memory
//
// What has no room within the budget is on disk as sorted runs, and for_each merges them as it goes: see
// core/io/external_counts.h. A trainer that builds something large from the pieces calls spill() first, so that the budget is
// its own.
#pragma once

#include "core/io/external_counts.h"

namespace quern {

using PieceCounts = ExternalCounts;

}  // namespace quern
