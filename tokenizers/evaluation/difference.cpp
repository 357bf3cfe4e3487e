#include "tokenizers/evaluation/difference.h"

#include <algorithm>
#include <iterator>

namespace quern {
namespace {

constexpr std::size_t kBefore = 2;  // tokens shown before a difference

// The tokens of one record by one tokenizer, with what they are compared by.
struct Reading {
  const Tokenizer& tokenizer;
  const Encoding& encoding;

  std::size_t size() const { return encoding.ids.size(); }
  ComparedToken token(std::size_t i) const {
    const auto [begin, end] = encoding.offsets[i];
    return {encoding.ids[i], std::string(tokenizer.token(encoding.ids[i])), begin, end};
  }
};

bool are_alike(CompareBy by, const Reading& a, std::size_t i, const Reading& b, std::size_t k) {
  switch (by) {
    case CompareBy::ids: return a.encoding.ids[i] == b.encoding.ids[k];
    case CompareBy::tokens: return a.tokenizer.token(a.encoding.ids[i]) == b.tokenizer.token(b.encoding.ids[k]);
    case CompareBy::offsets: return a.encoding.offsets[i] == b.encoding.offsets[k];
  }
  return false;
}

// Where both go on alike: behind tokens that end at the same byte, before tokens that are the same, or at both ends.
std::pair<std::size_t, std::size_t> meeting_place(CompareBy by, const Reading& a, const Reading& b, std::size_t from) {
  std::size_t i = from, k = from;
  const auto end_of = [](const Reading& reading, std::size_t n) { return n == 0 ? 0 : reading.encoding.offsets[n - 1].second; };
  while (i < a.size() || k < b.size()) {
    if (i == a.size()) {
      ++k;
    } else if (k == b.size()) {
      ++i;
    } else if (const std::size_t end_a = end_of(a, i), end_b = end_of(b, k); end_a != end_b) {
      ++(end_a < end_b ? i : k);
    } else if ((i > from || k > from) && are_alike(by, a, i, b, k)) {
      break;
    } else {
      ++i, ++k;
    }
  }
  return {i, k};
}

}  // namespace

struct BlockComparer::State {
  State(const Tokenizer& first, const Tokenizer& second, const EncodeOptions& options, CompareOptions compare_in)
      : tokenizers{first, second}, encoders{Encoder(first, options), Encoder(second, options)}, compare(compare_in) {}

  bool differs(std::string_view record) {
    for (std::size_t t = 0; t < 2; ++t) {
      encodings[t].clear();
      if (compare.by == CompareBy::offsets) {
        encoders[t].encode(record, encodings[t]);
      } else {
        encoders[t].encode(record, encodings[t].ids);
      }
    }
    switch (compare.by) {
      case CompareBy::ids: return encodings[0].ids != encodings[1].ids;
      case CompareBy::offsets: return encodings[0].offsets != encodings[1].offsets;
      case CompareBy::tokens: break;
    }
    return !std::equal(encodings[0].ids.begin(), encodings[0].ids.end(), encodings[1].ids.begin(), encodings[1].ids.end(),
                       [&](TokenId a, TokenId b) { return tokenizers[0].token(a) == tokenizers[1].token(b); });
  }

  Difference describe(std::string_view record) {
    for (std::size_t t = 0; t < 2; ++t) {
      encodings[t].clear();
      encoders[t].encode(record, encodings[t]);
    }
    const Reading a{tokenizers[0], encodings[0]}, b{tokenizers[1], encodings[1]};
    Difference difference;
    const std::size_t both = std::min(a.size(), b.size());
    std::size_t& from = difference.token;
    while (from < both && are_alike(compare.by, a, from, b, from)) ++from;
    const auto [end_a, end_b] = meeting_place(compare.by, a, b, from);
    for (std::size_t i = from - std::min(from, kBefore); i < from; ++i) difference.before.push_back(a.token(i));
    difference.counts = {end_a - from, end_b - from};
    difference.byte = record.size();
    const std::array<const Reading*, 2> readings = {&a, &b};
    for (std::size_t t = 0; t < 2; ++t) {
      const Reading& reading = *readings[t];
      const std::size_t end = from + std::min(difference.counts[t], Difference::kMostTokens);
      for (std::size_t i = from; i < end; ++i) difference.tokens[t].push_back(reading.token(i));
      if (from < reading.size()) difference.byte = std::min<std::size_t>(difference.byte, reading.encoding.offsets[from].first);
    }
    return difference;
  }

  std::array<Tokenizer, 2> tokenizers;
  std::array<Encoder, 2> encoders;
  std::array<Encoding, 2> encodings;
  const CompareOptions compare;
};

BlockComparer::BlockComparer(const Tokenizer& first, const Tokenizer& second, const EncodeOptions& options,
                             CompareOptions compare)
    : state_(std::make_unique<State>(first, second, options, compare)) {}
BlockComparer::~BlockComparer() = default;
BlockComparer::BlockComparer(BlockComparer&&) noexcept = default;

Differences BlockComparer::compare(const TextBlock& block, OnBadRecord on_bad) {
  Differences out;
  for_each_record(block, on_bad, out.refused, [&](std::string_view record, std::size_t i) {
    const bool differs = state_->differs(record);
    ++out.records;
    if (!differs) return;
    ++out.differing;
    if (out.shown.size() == state_->compare.most_shown) return;
    Difference difference = state_->describe(record);
    difference.path = block.path(), difference.line = block.line(i);
    out.shown.push_back(std::move(difference));
  });
  return out;
}

void Differences::add(Differences later, std::size_t most_shown) {
  records += later.records, differing += later.differing;
  const std::size_t taken = std::min(later.shown.size(), most_shown - std::min(most_shown, shown.size()));
  std::move(later.shown.begin(), later.shown.begin() + static_cast<std::ptrdiff_t>(taken), std::back_inserter(shown));
  refused.add(later.refused);
}

VocabularyDifference compare_vocabularies(const Tokenizer& first, const Tokenizer& second) {
  VocabularyDifference difference;
  const std::array<const Tokenizer*, 2> tokenizers = {&first, &second};
  for (std::size_t t = 0; t < 2; ++t) {
    const Tokenizer &one = *tokenizers[t], &other = *tokenizers[1 - t];
    for (TokenId id = 0; id < one.size(); ++id) {
      if (one.token(id).empty()) continue;
      ++difference.sizes[t];
      const auto same = other.id(one.token(id));
      if (!same) {
        difference.only[t].push_back(id);
      } else if (t == 0 && *same != id && other.token(id) != one.token(id)) {
        difference.renumbered.emplace_back(id, *same);
      }
    }
  }
  return difference;
}

}  // namespace quern
