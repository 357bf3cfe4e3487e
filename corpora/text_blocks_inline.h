// The template half of corpora/text_blocks.h.
#pragma once

#include "core/threads.h"

namespace quern {

template <class Result, class Work, class Emit>
RecordDamage for_each_block(BlockReader& reader, const RecordFormat& format, int threads, Work work, Emit emit,
                            const std::function<void(std::uint64_t)>& progress) {
  struct Done {
    Result result;
    RecordDamage damage;
  };
  RecordDamage damage;
  ordered_for_each<RawBlock, Done>(
      threads, [&](RawBlock& raw) { return reader.next(raw); },
      [&](RawBlock& raw, int worker) {
        const TextBlock block = extract(std::move(raw), format);
        return Done{work(block, worker), block.damage()};
      },
      [&](Done& done) {
        damage.add(done.damage);
        emit(done.result);
        if (progress) progress(reader.position());
      });
  return damage;
}

}  // namespace quern
