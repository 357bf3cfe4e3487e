#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "tokenizers/token_ids.h"
#include "tokenizers/unigram/search.h"
#include "tokenizers/unigram/settled_path.h"
#include "tokenizers/unigram/unknown_parts.h"

namespace quern::unigram {
namespace {

// Of tokens with the same text the last counts.
template <class Score>
std::vector<ScoredPiece<Score>> searched_pieces(const UnigramModel& model) {
  TokenIds ids(model.vocabulary.size());
  std::vector<ScoredPiece<Score>> pieces;
  for (std::size_t i = model.vocabulary.size(); i-- > 0;) {
    const std::string& text = model.vocabulary[i];
    const auto id = static_cast<TokenId>(i);
    if (!text.empty() && ids.add(text, id) == id) pieces.push_back({text, id, static_cast<Score>(model.scores[id])});
  }
  return pieces;
}

double rarest(const UnigramModel& model) {
  double least = std::numeric_limits<double>::infinity();
  for (const double score : model.scores) least = std::min(least, score);
  return least;
}

BestPath<float, double>& path_of(Encoder::Scratch& scratch, float) { return scratch.mixed_path; }
BestPath<double, double>& path_of(Encoder::Scratch& scratch, double) { return scratch.double_path; }

template <class Score>
class HuggingFaceSearch final : public Search<Score, double> {
 public:
  explicit HuggingFaceSearch(const UnigramModel& model)
      : Search<Score, double>(searched_pieces<Score>(model),
                              {.unknown_score = rarest(model) - kUnknownPenalty, .has_unknown = model.unk_id.has_value()}),
        unknowns_(model),
        unk_(model.unk_id.value_or(Part::kUnknown)),
        byte_fallback_(model.byte_fallback) {
    for (const std::string& token : model.vocabulary) sizes_.push_back(static_cast<std::uint32_t>(token.size()));
    double largest = std::abs(this->rules_.unknown_score);
    for (const double score : model.scores) largest = std::max(largest, std::abs(score));
    rounding_ = 0x1p31 * largest * 0x1p-53;
  }

  void encode(std::string_view text, Encoder::Scratch& scratch, IdSink sink) const override { encode_into(text, scratch, sink); }
  void encode(std::string_view text, Encoder::Scratch& scratch, TokenSink sink) const override { encode_into(text, scratch, sink); }

  bool settle(std::string_view stretch, std::vector<TokenId>& ids) const override {
    if (byte_fallback_ || unk_ == Part::kUnknown) return false;
    SettledPath<Score> path;
    if (!path.find(this->trie_, this->rules_.unknown_score, stretch, rounding_)) return false;
    const std::size_t before = ids.size();
    const std::span<const Part> parts = path.parts();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      std::size_t run = i;  // of unknown characters
      while (run < parts.size() && (parts[run].id == Part::kUnknown || parts[run].id == unk_)) ++run;
      ids.push_back(run > i ? unk_ : parts[i].id);
      if (run <= i + 1) continue;
      if (this->trie_.find(stretch.substr(parts[i].begin, parts[run - 1].end - parts[i].begin)) != PieceTrie<Score>::kDead) {
        ids.resize(before);  // spells a token, if nothing unknown stands before it
        return false;
      }
      i = run - 1;
    }
    return true;
  }

 private:
  // Every piece begins at zero, so a segmentation once found is right for good.
  template <class Sink>
  void encode_into(std::string_view text, Encoder::Scratch& scratch, Sink sink) const {
    if (text.size() > WordCache::kLongestWord) return search(text, scratch, sink);
    const WordCache::Place place = WordCache::place(text);
    const auto ids = scratch.words.find(place);
    if (ids.empty()) {
      search(text, scratch, sink);
      return remember(place, scratch);
    }
    std::uint32_t begin = 0;
    for (const TokenId id : ids) {
      const std::uint32_t end = begin + sizes_[id];
      sink.add({id, begin, end});
      begin = end;
    }
  }

  template <class Sink>
  void search(std::string_view text, Encoder::Scratch& scratch, Sink& sink) const {
    this->check_size(text, scratch.memory);
    scratch.parts.clear();
    const double score = path_of(scratch, Score{}).find(this->trie_, this->rules_, text, 0, scratch.parts);
    if (std::isnan(score)) this->refuse(text);
    append_to(text, scratch.parts, sink);
  }

  void remember(const WordCache::Place& place, Encoder::Scratch& scratch) const {
    std::array<TokenId, WordCache::kMostPieces> ids;
    const std::size_t count = scratch.parts.size();
    if (count > ids.size()) return;
    for (std::size_t i = 0; i < count; ++i) {
      ids[i] = scratch.parts[count - 1 - i].id;
      if (ids[i] == Part::kUnknown || ids[i] == unk_) return;
    }
    scratch.words.insert(place, {ids.data(), count});
  }

  template <class Sink>
  void append_to(std::string_view text, std::span<const Part> parts, Sink& sink) const {
    unknowns_.append(text, parts, sink, [&](std::string_view run) -> std::optional<TokenId> {
      const auto node = this->trie_.find(run);
      if (node == PieceTrie<Score>::kDead) return std::nullopt;
      return this->trie_.piece(node).id;
    });
  }

  void append(std::string_view text, std::span<const Part> parts, std::vector<ModelToken>& tokens) const override {
    TokenSink sink{tokens};
    append_to(text, parts, sink);
  }
  double lattice_score(std::string_view, TokenId, Score score) const override { return score; }
  bool always_stays(TokenId) const override { return false; }

  const HuggingFaceUnknowns unknowns_;
  const TokenId unk_;
  const bool byte_fallback_;
  double rounding_ = 0;               // what an addition may err by: a text has fewer than 2^31 characters
  std::vector<std::uint32_t> sizes_;  // by id
};

}  // namespace

std::unique_ptr<const Encoder::Flavour> make_flavour(const UnigramModel& model) {
  if (model.scores.size() != model.vocabulary.size()) {
    throw Error(ErrorCode::format, "the model has " + std::to_string(model.vocabulary.size()) + " tokens and " +
                                       std::to_string(model.scores.size()) + " scores");
  }
  if (model.unk_id && *model.unk_id >= model.vocabulary.size()) {
    throw Error(ErrorCode::format, "the unknown token of the model is not in its vocabulary");
  }
  for (std::size_t id = 0; id < model.scores.size(); ++id) check_score(model.scores[id], id);
  // Models that come from SentencePiece have scores that floats hold exactly: half the memory to search in.
  const bool are_floats = std::all_of(model.scores.begin(), model.scores.end(),
                                      [](double score) { return static_cast<double>(static_cast<float>(score)) == score; });
  if (are_floats) return std::make_unique<HuggingFaceSearch<float>>(model);
  return std::make_unique<HuggingFaceSearch<double>>(model);
}

}  // namespace quern::unigram
