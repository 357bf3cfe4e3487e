#include "tokenizers/unigram/encoder.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "core/memory.h"
#include "core/text/utf8.h"
#include "tokenizers/unigram/lattice.h"
#include "tokenizers/unigram/unknown_parts.h"

namespace quern::unigram {
namespace {

constexpr double kUnknownPenalty = 10;
constexpr double kMostScore = 1e30;  // sums of any number of them stay finite

void check_score(double score, std::size_t id) {
  if (std::abs(score) <= kMostScore) return;  // false for NaN
  throw Error(ErrorCode::format, "the score of piece " + std::to_string(id) + " is no log probability");
}

template <class Score>
std::uint32_t longest(const std::vector<ScoredPiece<Score>>& pieces) {
  std::size_t size = 4;  // an unknown character
  for (const auto& piece : pieces) size = std::max(size, piece.text.size());
  return static_cast<std::uint32_t>(size);
}

}  // namespace

// What the two have in common to their users.
class Encoder::Flavour {
 public:
  virtual ~Flavour() = default;
  virtual void encode(std::string_view text, Scratch& scratch, std::vector<ModelToken>& tokens) const = 0;
  virtual std::vector<Segmentation> nbest(std::string_view text, std::size_t k) const = 0;
  virtual Segmentation sample(std::string_view text, const SampleOptions& options,
                              const std::function<double()>& uniform) const = 0;
};

namespace {

BestPath<float, float>& select(Encoder::Scratch& s, const BestPath<float, float>*) { return s.float_path; }
BestPath<float, double>& select(Encoder::Scratch& s, const BestPath<float, double>*) { return s.mixed_path; }
BestPath<double, double>& select(Encoder::Scratch& s, const BestPath<double, double>*) { return s.double_path; }

// Search and lattice over a trie; Unknowns says what becomes of unknown characters.
template <class Score, class Sum>
class Search : public Encoder::Flavour {
 public:
  using Path = BestPath<Score, Sum>;

  void encode(std::string_view text, Encoder::Scratch& scratch, std::vector<ModelToken>& tokens) const override {
    check_size(text, scratch.memory);
    scratch.parts.clear();
    const Sum score = select(scratch, static_cast<const Path*>(nullptr)).find(trie_, rules_, text, 0, scratch.parts);
    if (std::isnan(score)) refuse(text);
    append(text, scratch.parts, tokens);
  }

  std::vector<Segmentation> nbest(std::string_view text, std::size_t k) const override {
    std::vector<Segmentation> segmentations;
    for (const auto& path : lattice(text).nbest(k)) {
      append(text, path.parts, segmentations.emplace_back().tokens);
      segmentations.back().score = path.score;
    }
    return segmentations;
  }

  Segmentation sample(std::string_view text, const SampleOptions& options,
                      const std::function<double()>& uniform) const override {
    typename Lattice<Sum>::Path path;
    if (options.nbest == 0) {
      path = lattice(text).sample(options.alpha, uniform);
    } else {
      const auto best = lattice(text).nbest(options.nbest);
      path = best[choose(best, options.alpha, uniform())];
    }
    Segmentation segmentation{{}, path.score};
    append(text, path.parts, segmentation.tokens);
    return segmentation;
  }

 protected:
  Search(std::vector<ScoredPiece<Score>> pieces, typename Path::Rules rules) : trie_(std::move(pieces)), rules_(rules) {}

  virtual void append(std::string_view text, std::span<const Part> parts, std::vector<ModelToken>& tokens) const = 0;
  // Of a piece on a lattice.
  virtual Sum lattice_score(std::string_view piece, TokenId id, Score score) const = 0;

  const PieceTrie<Score> trie_;
  const typename Path::Rules rules_;

 private:
  static void check_size(std::string_view text, std::uint64_t memory) {
    if (text.size() <= std::min<std::uint64_t>(memory / Path::kBytesPerByte, 0x7FFFFFF0)) return;
    throw Error(ErrorCode::memory, "a piece of " + format_size(text.size()) + " is too long for a Unigram model, which needs " +
                                       format_size(text.size() * Path::kBytesPerByte) + " for it")
        .remedy("raise --memory, or split the text into shorter records");
  }

  [[noreturn]] void refuse(std::string_view text) const {
    const char *p = text.data(), *end = p + text.size();
    while (p < end && trie_.is_piece(trie_.first_character(p, character_size(p, end)))) p += character_size(p, end);
    throw Error(ErrorCode::input, "the model has no unknown token for \"" + std::string(p, character_size(p, end)) + "\"");
  }

  Lattice<Sum> lattice(std::string_view text) const {
    Lattice<Sum> lattice(text.size());
    const char *begin = text.data(), *end = begin + text.size();
    for (const char* p = begin; p < end; p += character_size(p, end)) {
      const auto at = static_cast<std::uint32_t>(p - begin);
      const auto add_piece = [&](auto node, const char* q) {
        if (!trie_.is_piece(node)) return;
        const TokenId id = trie_.piece(node).id;
        const std::string_view piece(p, static_cast<std::size_t>(q - p));
        lattice.add({at, static_cast<std::uint32_t>(q - begin), id}, lattice_score(piece, id, trie_.score(node)));
      };
      const char* q = p + character_size(p, end);
      auto node = trie_.first_character(p, character_size(p, end));
      if (!trie_.is_piece(node) && !rules_.has_unknown) refuse(text);
      // Pieces in the order of their length, the unknown character behind them.
      const bool known = trie_.is_piece(node);
      const Part unknown{at, static_cast<std::uint32_t>(q - begin), Part::kUnknown};
      add_piece(node, q);
      while (node != PieceTrie<Score>::kDead && q < end && trie_.step(node, *q)) add_piece(node, ++q);
      if (!known) lattice.add(unknown, rules_.unknown_score);
    }
    return lattice;
  }

  // One of the best, with probability proportional to exp(alpha × score).
  template <class Paths>
  static std::size_t choose(const Paths& paths, double alpha, double uniform) {
    std::vector<double> weights;
    double sum = 0;
    for (const auto& path : paths) {
      weights.push_back(std::exp(alpha * (static_cast<double>(path.score) - static_cast<double>(paths.front().score))));
      sum += weights.back();
    }
    double left = uniform * sum;
    for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
      left -= weights[i];
      if (left < 0) return i;
    }
    return weights.size() - 1;
  }
};

// --- SentencePiece ---------------------------------------------------------------------------------------------------

float user_defined_score(std::size_t length) { return static_cast<float>(0.1 * (static_cast<double>(length) - 1)); }

std::vector<ScoredPiece<float>> searched_pieces(const SentencePieceModel& model) {
  std::vector<ScoredPiece<float>> pieces;
  std::unordered_map<std::string_view, TokenId> seen;
  for (TokenId id = 0; id < model.pieces.size(); ++id) {
    const SentencePiece& piece = model.pieces[id];
    check_score(piece.score, id);
    using Kind = SentencePiece::Kind;
    if (piece.kind != Kind::normal && piece.kind != Kind::user_defined) continue;
    if (piece.text.empty()) throw Error(ErrorCode::format, "piece " + std::to_string(id) + " is empty");
    if (!seen.emplace(piece.text, id).second) {
      throw Error(ErrorCode::format, "the piece \"" + piece.text + "\" is there twice");
    }
    pieces.push_back({piece.text, id, piece.kind == Kind::normal ? piece.score : user_defined_score(piece.text.size())});
  }
  return pieces;
}

float rarest(const SentencePieceModel& model) {
  float least = FLT_MAX;
  for (const SentencePiece& piece : model.pieces) {
    if (piece.kind == SentencePiece::Kind::normal) least = std::min(least, piece.score);
  }
  return least;
}

class SentencePieceSearch final : public Search<float, float> {
 public:
  explicit SentencePieceSearch(const SentencePieceModel& model) : SentencePieceSearch(model, searched_pieces(model)) {}

 private:
  SentencePieceSearch(const SentencePieceModel& model, std::vector<ScoredPiece<float>> pieces)
      : Search(pieces, {.unknown_score = rarest(model) - static_cast<float>(kUnknownPenalty), .restart_window = longest(pieces)}),
        unknowns_(model),
        user_defined_(model.pieces.size()) {
    for (TokenId id = 0; id < model.pieces.size(); ++id) {
      user_defined_[id] = model.pieces[id].kind == SentencePiece::Kind::user_defined;
    }
  }

  void append(std::string_view text, std::span<const Part> parts, std::vector<ModelToken>& tokens) const override {
    unknowns_.append(text, parts, tokens);
  }
  // On a lattice SentencePiece counts the characters of a user-defined piece, not its bytes.
  float lattice_score(std::string_view piece, TokenId id, float score) const override {
    return user_defined_[id] ? user_defined_score(utf8::count_code_points(piece)) : score;
  }

  const SentencePieceUnknowns unknowns_;
  std::vector<bool> user_defined_;
};

// --- Hugging Face ----------------------------------------------------------------------------------------------------

// Of tokens with the same text the last counts.
template <class Score>
std::vector<ScoredPiece<Score>> searched_pieces(const UnigramModel& model) {
  std::unordered_map<std::string_view, TokenId> ids;
  for (TokenId id = 0; id < model.vocabulary.size(); ++id) {
    if (!model.vocabulary[id].empty()) ids[model.vocabulary[id]] = id;
  }
  std::vector<ScoredPiece<Score>> pieces;
  for (const auto& [text, id] : ids) pieces.push_back({text, id, static_cast<Score>(model.scores[id])});
  return pieces;
}

double rarest(const UnigramModel& model) {
  double least = std::numeric_limits<double>::infinity();
  for (const double score : model.scores) least = std::min(least, score);
  return least;
}

template <class Score>
class HuggingFaceSearch final : public Search<Score, double> {
 public:
  explicit HuggingFaceSearch(const UnigramModel& model)
      : Search<Score, double>(searched_pieces<Score>(model),
                              {.unknown_score = rarest(model) - kUnknownPenalty, .has_unknown = model.unk_id.has_value()}),
        unknowns_(model) {}

 private:
  void append(std::string_view text, std::span<const Part> parts, std::vector<ModelToken>& tokens) const override {
    unknowns_.append(text, parts, tokens, [&](std::string_view run) -> std::optional<TokenId> {
      const auto node = this->trie_.find(run);
      if (node == PieceTrie<Score>::kDead) return std::nullopt;
      return this->trie_.piece(node).id;
    });
  }
  double lattice_score(std::string_view, TokenId, Score score) const override { return score; }

  const HuggingFaceUnknowns unknowns_;
};

std::unique_ptr<const Encoder::Flavour> make_search(const UnigramModel& model) {
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

}  // namespace

Encoder::Encoder(const UnigramModel& model) : flavour_(make_search(model)) {}
Encoder::Encoder(const SentencePieceModel& model) : flavour_(std::make_unique<SentencePieceSearch>(model)) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;

void Encoder::encode(std::string_view text, Scratch& scratch, std::vector<ModelToken>& tokens) const {
  flavour_->encode(text, scratch, tokens);
}

void Encoder::encode(std::string_view text, Scratch& scratch, std::vector<TokenId>& ids) const {
  scratch.tokens.clear();
  flavour_->encode(text, scratch, scratch.tokens);
  for (const ModelToken& token : scratch.tokens) ids.push_back(token.id);
}

std::vector<Segmentation> Encoder::nbest(std::string_view text, std::size_t k) const { return flavour_->nbest(text, k); }

Segmentation Encoder::sample(std::string_view text, const SampleOptions& options, const Random& random,
                             std::uint32_t step) const {
  std::uint64_t element = 0;
  return flavour_->sample(text, options, [&] { return random.word(step, element++) * 0x1p-32; });
}

}  // namespace quern::unigram
