#include "cli/segmentation_choice.h"

#include "core/error.h"

namespace quern::cli {
namespace {

// Options that would do nothing, or contradict each other.
void check_combinations(const Options& options) {
  const auto refuse = [](const std::string& message) { throw Error(ErrorCode::usage, message); };
  const bool drops = options.was_set("dropout"), draws = options.was_set("sample");
  if (drops && draws) refuse("--dropout and --sample exclude each other");
  if (drops && options.was_set("nbest")) refuse("--nbest and --dropout exclude each other");
  if (options.was_set("seed") && !drops && !draws) refuse("--seed does nothing without --dropout or --sample");
}

}  // namespace

std::optional<Sampling> SegmentationChoice::sampling() const {
  if (sample < 0 && dropout == 0) return std::nullopt;
  Sampling sampling;
  sampling.dropout = dropout;
  if (sample >= 0) sampling.alpha = sample;
  sampling.nbest = static_cast<std::size_t>(nbest);
  sampling.seed = static_cast<std::uint64_t>(seed);
  return sampling;
}

void declare_segmentation(Options& options, SegmentationChoice& choice) {
  options.value("dropout", choice.dropout, "P")
      .between(0, 1)
      .help("pass merges over at random, with this probability")
      .details(
          "So that a model sees a text cut in more than one way. BPE models do it by the rules of the library they are from: where "
          "Hugging Face passes a merge over it comes back behind the next one, where SentencePiece does it is gone. Unigram "
          "models leave out pieces of more than one character. 0 changes nothing, 1 leaves single symbols. Which are passed over depends on "
          "--seed and on the record's number in the input, and on nothing else. WordPiece has no merges.");
  options.value("sample", choice.sample, "ALPHA")
      .between(0, 1000)
      .default_text("")
      .help("draw a segmentation by its probability (Unigram)")
      .details(
          "Segmentations are drawn in proportion to exp(ALPHA × score): 1 by their probability, 0 all alike, large numbers the best. "
          "With --nbest K it is one of the K best.");
  options.value("nbest", choice.nbest, "K")
      .between(1, 1000)
      .default_text("")
      .help("print the K best segmentations (Unigram)")
      .details(
          "One line for each, best first, K for each record, or fewer where a text has no more; as jsonl one line for a record, "
          "{\"nbest\":[{\"score\":…,\"ids\":[…],…}]}.");
  options.check([&options] { check_combinations(options); });
}

}  // namespace quern::cli
