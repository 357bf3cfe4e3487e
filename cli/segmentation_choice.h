// Which segmentation of a text is wanted, where a model has more than one: options for commands that encode.
//
//   SegmentationChoice choice;
//   declare_segmentation(options, choice);              // --dropout --sample --nbest
//   shared::seed(options, choice.seed);                 // --seed, beside the other resources
//   encode_options.sampling = choice.sampling();
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "cli/options.h"
#include "tokenizers/sampling.h"

namespace quern::cli {

struct SegmentationChoice {
  double dropout = 0, sample = -1;   // sample: below 0 when not given
  std::int64_t nbest = 0, seed = 0;  // nbest: 0 when not given

  std::optional<Sampling> sampling() const;
  // So many are wanted of each text; 0: one.
  std::size_t listed() const { return sample < 0 ? static_cast<std::size_t>(nbest) : 0; }
};

// Declares the options and what must hold between them.
void declare_segmentation(Options& options, SegmentationChoice& choice);

}  // namespace quern::cli
