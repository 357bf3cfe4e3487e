#include "tokenizers/evaluation/evaluation.h"

#include <ctime>

#include <algorithm>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/evaluation/text_profile.h"
#include "tokenizers/evaluation/token_traits.h"
#include "tokenizers/normalizers/normalizer_chain.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer_chain.h"
#include "tokenizers/pre_tokenizers/unicode_classes.h"

namespace quern {
namespace {

template <class Amount>
Amount& at(std::vector<Amount>& by_script, int script) {
  const auto index = static_cast<std::size_t>(script);
  if (index >= by_script.size()) by_script.resize(index + 1);
  return by_script[index];
}

template <class Amount>
void add_all(std::vector<Amount>& sums, const std::vector<Amount>& others) {
  sums.resize(std::max(sums.size(), others.size()));
  for (std::size_t i = 0; i < others.size(); ++i) sums[i].add(others[i]);
}

std::uint64_t processor_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

// What a text is to the tokenizer before its model: the pieces, one after the other.
class Essence {
 public:
  explicit Essence(const TokenizerDefinition& definition)
      : normalizers_(definition.normalizers), pre_tokenizers_(definition.pre_tokenizers) {}
  bool are_alike(std::string_view a, std::string_view b) {
    if (!utf8::is_valid(a) || !utf8::is_valid(b)) return false;
    spell(a, first_), spell(b, second_);
    return first_ == second_;
  }

 private:
  void spell(std::string_view text, std::string& out) {
    out.clear();
    normalizers_.normalize(text, normalized_);
    if (normalized_.text.empty()) return;
    pre_tokenizers_.cut(normalized_, true, scratch_);
    for (const TextRange& piece : scratch_.pieces) out.append(normalized_.text, piece.begin, piece.end - piece.begin);
  }

  const NormalizerChain normalizers_;
  const PreTokenizerChain pre_tokenizers_;
  NormalizedText normalized_;
  PreTokenizerChain::Scratch scratch_;
  std::string first_, second_;
};

// One tokenizer, measured by one thread.
class TokenizerEvaluator {
 public:
  TokenizerEvaluator(const Tokenizer& tokenizer, const EncodeOptions& options)
      : tokenizer_(tokenizer),
        traits_(tokenizer),
        essence_(tokenizer.definition()),
        encoder_(tokenizer, options),
        timed_(tokenizer, options) {}

  // Time for ids alone, in one go, since looking at the clock takes as long as a short record.
  void time(const TextBlock& block, TokenizerMeasure& out) {
    const std::uint64_t begin = processor_time();
    for (std::size_t i = 0; i < block.size(); ++i) {
      ids_.clear();
      try {
        timed_.encode(block[i], ids_);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::input) throw;  // measure() meets it again, and says where
      }
    }
    out.nanoseconds += processor_time() - begin;
  }

  void measure(const TextProfile& text, TokenizerMeasure& out) {
    encoding_.clear();
    encoder_.encode(text.text(), encoding_);
    count_tokens(text, out);
    count_characters(text, out);
    const std::string decoded = tokenizer_.decode(encoding_.ids);
    const bool is_exact = decoded == text.text();
    ++(is_exact ? out.exact : essence_.are_alike(text.text(), decoded) ? out.alike : out.lost);
  }

 private:
  // What is known of a character: touched by a token; and not whole in one, or unknown.
  static constexpr std::uint8_t kTouched = 1, kBroken = 2, kUnknown = 4;

  void count_tokens(const TextProfile& text, TokenizerMeasure& out) {
    states_.assign(text.characters(), 0);
    for (std::size_t i = 0; i < encoding_.ids.size(); ++i) {
      const auto [begin, end] = encoding_.offsets[i];
      const std::uint8_t traits = traits_[encoding_.ids[i]];
      ++out.whole.tokens;
      if (traits & TokenTraits::kUnknown) ++out.unknown_tokens;
      if (text.characters() == 0) {
        ++at(out.scripts, 0).tokens;
        continue;
      }
      const std::size_t last = text.character_at(end > begin ? end - 1 : begin);
      ++at(out.scripts, text.script(last)).tokens;
      if (begin == end) continue;
      const std::size_t first = text.character_at(begin);
      std::uint8_t state = kTouched;
      if (traits & (TokenTraits::kUnknown | TokenTraits::kByte)) state |= kBroken;
      if (traits & TokenTraits::kUnknown) state |= kUnknown;
      for (std::size_t c = first; c <= last; ++c) states_[c] |= state;
      if (traits & TokenTraits::kTornFront) states_[first] |= kBroken;
      if (traits & TokenTraits::kTornBack) states_[last] |= kBroken;
    }
  }

  void count_characters(const TextProfile& text, TokenizerMeasure& out) {
    for (std::size_t c = 0; c < states_.size(); ++c) {
      const std::uint8_t state = states_[c];
      if (state & kUnknown) ++out.unknown_characters;
      const bool is_left_out = !(state & kTouched) && (unicode::char_class(text.code_point(c)) & unicode::kSpace) != 0;
      if (state != kTouched && !is_left_out) continue;
      ++out.whole.covered;
      ++at(out.scripts, text.script(c)).covered;
    }
  }

  const Tokenizer tokenizer_;
  const TokenTraits traits_;
  Essence essence_;
  Encoder encoder_, timed_;  // apart, so that what is timed finds in its cache what it put there
  Encoding encoding_;
  std::vector<TokenId> ids_;
  std::vector<std::uint8_t> states_;  // by character
};

void measure_text(const TextProfile& text, Evaluation& out) {
  ++out.records;
  out.text.add({text.text().size(), text.characters(), text.word_ends().size()});
  for (std::size_t c = 0; c < text.characters(); ++c) {
    at(out.scripts, text.script(c)).add({text.end(c) - text.begin(c), 1, 0});
  }
  for (const std::size_t end : text.word_ends()) ++at(out.scripts, text.script(text.character_at(end - 1))).words;
}

}  // namespace

void TextAmount::add(const TextAmount& other) {
  bytes += other.bytes, characters += other.characters, words += other.words;
}

void TokenAmount::add(const TokenAmount& other) { tokens += other.tokens, covered += other.covered; }

void TokenizerMeasure::add(const TokenizerMeasure& other) {
  whole.add(other.whole);
  add_all(scripts, other.scripts);
  unknown_tokens += other.unknown_tokens, unknown_characters += other.unknown_characters;
  exact += other.exact, alike += other.alike, lost += other.lost;
  nanoseconds += other.nanoseconds;
}

void Evaluation::add(const Evaluation& other) {
  records += other.records;
  text.add(other.text);
  add_all(scripts, other.scripts);
  add_all(tokenizers, other.tokenizers);
  refused.add(other.refused);
}

struct BlockEvaluator::State {
  std::vector<std::unique_ptr<TokenizerEvaluator>> tokenizers;
  TextProfile text;
  bool timed = false;
};

BlockEvaluator::BlockEvaluator(std::span<const Tokenizer> tokenizers, const EncodeOptions& options, bool timed)
    : state_(std::make_unique<State>()) {
  state_->timed = timed;
  for (const Tokenizer& tokenizer : tokenizers) {
    state_->tokenizers.push_back(std::make_unique<TokenizerEvaluator>(tokenizer, options));
  }
}
BlockEvaluator::~BlockEvaluator() = default;
BlockEvaluator::BlockEvaluator(BlockEvaluator&&) noexcept = default;

Evaluation BlockEvaluator::measure(const TextBlock& block, OnBadRecord on_bad) {
  const auto& tokenizers = state_->tokenizers;
  Evaluation total(tokenizers.size());
  for_each_record(block, on_bad, total.refused, [&](std::string_view record, std::size_t) {
    state_->text.read(record);
    Evaluation one(tokenizers.size());  // counts only when all of them take the record
    for (std::size_t i = 0; i < tokenizers.size(); ++i) tokenizers[i]->measure(state_->text, one.tokenizers[i]);
    measure_text(state_->text, one);
    total.add(one);
  });
  for (std::size_t i = 0; state_->timed && i < tokenizers.size(); ++i) tokenizers[i]->time(block, total.tokenizers[i]);
  return total;
}

}  // namespace quern
