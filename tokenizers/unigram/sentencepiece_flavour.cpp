#include <algorithm>
#include <array>
#include <cfloat>
#include <unordered_map>

#include "core/text/utf8.h"
#include "tokenizers/unigram/search.h"
#include "tokenizers/unigram/settled_path.h"
#include "tokenizers/unigram/unknown_parts.h"

namespace quern::unigram {
namespace {

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

std::uint32_t longest(const std::vector<ScoredPiece<float>>& pieces) {
  std::size_t size = 4;  // an unknown character
  for (const auto& piece : pieces) size = std::max(size, piece.text.size());
  return static_cast<std::uint32_t>(size);
}

// Where no piece has U+2581 but at its front, every path has a boundary before each U+2581, so words are searched one by one,
// each from the sum that those before it left: the same operations, the same floats.
//
// A word's segmentation is remembered when rounding cannot change it, whatever stands before (settled_path.h). Sums stay within
// M = 2^17, so an addition errs by at most M / 2^24: a sum before a word is at most kRestart, or the search begins again at
// zero, and a word adds at most 18 characters of at most kMostScore each. With |T| ≤ kLastStart none of them reaches kRestart
// inside the word.
constexpr float kMostScore = 1000;
constexpr float kLastStart = 100000 - kMostScore * WordCache::kLongestWord;
constexpr double kRounding = 131072.0 / (1 << 24);
static_assert(kMostScore * (WordCache::kLongestWord + 1) + 100000 <= 131072);

class SentencePieceSearch final : public Search<float, float> {
 public:
  explicit SentencePieceSearch(const SentencePieceModel& model) : SentencePieceSearch(model, searched_pieces(model)) {}

  void encode(std::string_view text, Encoder::Scratch& scratch, IdSink sink) const override { encode_into(text, scratch, sink); }
  void encode(std::string_view text, Encoder::Scratch& scratch, TokenSink sink) const override { encode_into(text, scratch, sink); }
  // Pieces are sentences here, and what stands before a stretch may be long: sums of unknown scores need not stay in bounds.
  bool settle(std::string_view, std::vector<TokenId>&) const override { return false; }

 private:
  SentencePieceSearch(const SentencePieceModel& model, const std::vector<ScoredPiece<float>>& pieces)
      : Search(pieces, {.unknown_score = rarest(model) - static_cast<float>(kUnknownPenalty), .restart_window = longest(pieces)}),
        unknowns_(model),
        user_defined_(model.pieces.size()),
        scores_(model.pieces.size()),
        sizes_(model.pieces.size()) {
    remembers_words_ = std::abs(rules_.unknown_score) <= kMostScore;
    for (const ScoredPiece<float>& piece : pieces) {
      user_defined_[piece.id] = model.pieces[piece.id].kind == SentencePiece::Kind::user_defined;
      scores_[piece.id] = piece.score;
      sizes_[piece.id] = static_cast<std::uint32_t>(piece.text.size());
      if (piece.text.find(kSpace, 1) != std::string_view::npos) has_words_ = false;
      if (std::abs(piece.score) > kMostScore) remembers_words_ = false;
    }
  }

  struct Word {
    std::size_t at = 0, size = 0;
    WordCache::Place place{};
  };

  // Words are looked up a few before they are needed, so that the cache's lines are there by then.
  template <class Sink>
  void encode_into(std::string_view text, Encoder::Scratch& scratch, Sink sink) const {
    constexpr std::size_t kAhead = 4;
    std::array<Word, kAhead> ahead;
    float sum = 0;
    bool after_unknown = false;
    std::size_t seen = 0;
    const auto look_ahead = [&](Word& word) {
      word.at = seen;
      word.size = has_words_ ? word_size(text.data() + seen, text.data() + text.size()) : text.size() - seen;
      word.place = {};
      if (remembers_words_ && word.size <= WordCache::kLongestWord && word.size > 0) {
        word.place = WordCache::place(text.substr(seen, word.size));
        scratch.words.prefetch(word.place);
      }
      seen += word.size;
    };
    for (Word& word : ahead) look_ahead(word);
    for (std::size_t i = 0; ahead[i].size != 0; i = (i + 1) % kAhead) {
      const Word word = ahead[i];
      look_ahead(ahead[i]);
      encode_word(text, word, scratch, sum, after_unknown, sink);
    }
  }

  // Up to the next U+2581 but at the front. Looks at every third byte until one can belong to it.
  static std::size_t word_size(const char* word, const char* end) {
    for (const char* p = word + 1; end - p > 2;) {
      const char last = p[2];
      if (last == kSpace[2] && p[0] == kSpace[0] && p[1] == kSpace[1]) return static_cast<std::size_t>(p - word);
      p += last == kSpace[1] ? 1 : last == kSpace[0] ? 2 : 3;
    }
    return static_cast<std::size_t>(end - word);
  }

  template <class Sink>
  void encode_word(std::string_view text, const Word& word, Encoder::Scratch& scratch, float& sum, bool& after_unknown,
                   Sink& sink) const {
    std::array<TokenId, WordCache::kLongestWord> settled;
    std::span<const TokenId> ids;
    if (word.place.fits && std::abs(sum) <= kLastStart) [[likely]] {
      ids = scratch.words.find(word.place);
      if (ids.empty()) {
        ids = settle(text.substr(word.at, word.size), settled);
        scratch.words.insert(word.place, ids);
      }
    }
    if (ids.empty()) return search_word(text, word, scratch, sum, after_unknown, sink);
    auto begin = static_cast<std::uint32_t>(word.at);
    for (const TokenId id : ids) {
      sum += scores_[id];
      const std::uint32_t end = begin + sizes_[id];
      sink.add({id, begin, end});
      begin = end;
    }
    after_unknown = false;
  }

  template <class Sink>
  void search_word(std::string_view text, const Word& word, Encoder::Scratch& scratch, float& sum, bool& after_unknown,
                   Sink& sink) const {
    check_size(text.substr(word.at, word.size), scratch.memory);
    scratch.parts.clear();
    sum = scratch.float_path.find(trie_, rules_, text.substr(word.at, word.size), sum, scratch.parts);
    const auto at = static_cast<std::uint32_t>(word.at);
    for (Part& part : scratch.parts) part.begin += at, part.end += at;
    unknowns_.append(text, scratch.parts, after_unknown, sink);
  }

  // The pieces of the best path where rounding cannot change it; none where it can, or has unknown characters.
  std::span<const TokenId> settle(std::string_view word, std::array<TokenId, WordCache::kLongestWord>& ids) const {
    SettledPath<float> path;
    if (!path.find(trie_, rules_.unknown_score, word, kRounding)) return {};
    std::size_t count = 0;
    for (const Part& part : path.parts()) {
      if (part.id == Part::kUnknown) return {};
      ids[count++] = part.id;
    }
    return std::span(ids).first(count);
  }

  void append(std::string_view text, std::span<const Part> parts, std::vector<ModelToken>& tokens) const override {
    bool after_unknown = false;
    TokenSink sink{tokens};
    unknowns_.append(text, parts, after_unknown, sink);
  }
  // On a lattice SentencePiece counts the characters of a user-defined piece, not its bytes.
  float lattice_score(std::string_view piece, TokenId id, float score) const override {
    return user_defined_[id] ? user_defined_score(utf8::count_code_points(piece)) : score;
  }
  bool always_stays(TokenId id) const override { return user_defined_[id]; }

  const SentencePieceUnknowns unknowns_;
  std::vector<bool> user_defined_;      // by id
  std::vector<float> scores_;           // as searched
  std::vector<std::uint32_t> sizes_;
  bool has_words_ = true;        // no piece has U+2581 but at its front
  bool remembers_words_ = true;  // and scores are what the proof needs
};

}  // namespace

std::unique_ptr<const Encoder::Flavour> make_flavour(const SentencePieceModel& model) {
  return std::make_unique<SentencePieceSearch>(model);
}

}  // namespace quern::unigram
