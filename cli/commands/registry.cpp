// Every command of quern, in the order of the overview. An explicit list: registration by static initialisers would be
// dropped by the linker of an archive, and has no order.
#include "cli/commands/registry.h"

namespace quern::cli {

const std::vector<const Command*>& commands() {
  static const std::vector<const Command*> all = {
      &corpus_cat,
      &corpus_count,
      &corpus_merge,
      &corpus_stats,
      &tokenizer_train,
      &tokenizer_extend,
      &tokenizer_info,
      &tokenizer_eval,
      &tokenizer_diff,
      &tokenizer_convert,
      &encode,
      &decode,
      &help,
      &completions,
      &doctor,
  };
  return all;
}

}  // namespace quern::cli
