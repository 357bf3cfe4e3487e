// The template half of corpora/text_blocks.h.
#pragma once

#include <algorithm>
#include <utility>

#include "core/threads.h"

namespace quern {

template <class Use>
void for_each_record(const TextBlock& block, OnBadRecord on_bad, RecordDamage& refused, Use use) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    try {
      use(block[i], i);
    } catch (Error& error) {
      if (error.code() != ErrorCode::input || !error.where().path.empty()) throw;
      error.at(block.path(), block.line(i));
      if (on_bad == OnBadRecord::error) throw;
      RecordDamage damage;
      damage.bad_records = 1;
      damage.first_bad = error.where();
      damage.first_bad_reason = error.message();
      refused.add(damage);
    }
  }
}

template <class Result, class Work, class Emit>
RecordDamage for_each_block(BlockReader& reader, const RecordFormat& format, int threads, Work work, Emit emit,
                            const std::function<void(std::uint64_t)>& progress) {
  struct Done {
    Result result;
    RecordDamage damage;
  };
  std::vector<TextBlock> blocks(static_cast<std::size_t>(std::max(threads, 1)));  // one a worker
  RecordDamage damage;
  ordered_for_each<RawBlock, Done>(
      threads, [&](RawBlock& raw) { return reader.next(raw); },
      [&](RawBlock& raw, int worker) {
        TextBlock& block = blocks[static_cast<std::size_t>(worker)];
        extract(raw, format, block);
        return Done{work(std::as_const(block), worker), block.damage()};
      },
      [&](Done& done) {
        damage.add(done.damage);
        emit(done.result);
        if (progress) progress(reader.position());
      });
  damage.add(reader.damage());
  return damage;
}

}  // namespace quern
