// What both flavours of Encoder share: the search over a trie, and the lattice behind n-best lists and samples.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/memory.h"
#include "tokenizers/unigram/encoder.h"
#include "tokenizers/unigram/lattice.h"
#include "tokenizers/unigram/sinks.h"

namespace quern::unigram {

class Encoder::Flavour {
 public:
  virtual ~Flavour() = default;
  virtual void encode(std::string_view text, Scratch& scratch, IdSink sink) const = 0;
  virtual void encode(std::string_view text, Scratch& scratch, TokenSink sink) const = 0;
  virtual bool settle(std::string_view stretch, std::vector<TokenId>& ids) const = 0;
  virtual std::vector<Segmentation> nbest(std::string_view text, std::size_t k) const = 0;
  virtual Segmentation sample(std::string_view text, const SampleOptions& options,
                              const std::function<double()>& uniform) const = 0;
  virtual Segmentation drop(std::string_view text, const std::function<bool()>& leaves_out) const = 0;
};

std::unique_ptr<const Encoder::Flavour> make_flavour(const UnigramModel& model);
std::unique_ptr<const Encoder::Flavour> make_flavour(const SentencePieceModel& model);

inline constexpr double kUnknownPenalty = 10;

// Error{format} unless sums of any number of such scores stay finite.
inline void check_score(double score, std::size_t id) {
  constexpr double kMostScore = 1e30;
  if (std::abs(score) <= kMostScore) return;  // false for NaN
  throw Error(ErrorCode::format, "the score of piece " + std::to_string(id) + " is no log probability");
}

template <class Score, class Sum>
class Search : public Encoder::Flavour {
 public:
  using Path = BestPath<Score, Sum>;

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

  Segmentation drop(std::string_view text, const std::function<bool()>& leaves_out) const override {
    const auto path = lattice(text, leaves_out).nbest(1).front();
    Segmentation segmentation{{}, path.score};
    append(text, path.parts, segmentation.tokens);
    return segmentation;
  }

 protected:
  Search(std::vector<ScoredPiece<Score>> pieces, typename Path::Rules rules) : trie_(std::move(pieces)), rules_(rules) {}

  virtual void append(std::string_view text, std::span<const Part> parts, std::vector<ModelToken>& tokens) const = 0;
  // Of a piece on a lattice.
  virtual Sum lattice_score(std::string_view piece, TokenId id, Score score) const = 0;
  virtual bool always_stays(TokenId id) const = 0;  // whatever drop() leaves out

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

  const PieceTrie<Score> trie_;
  const typename Path::Rules rules_;

 private:
  // leaves_out: asked for each piece of more than one character; none: all stay.
  Lattice<Sum> lattice(std::string_view text, const std::function<bool()>& leaves_out = {}) const {
    Lattice<Sum> lattice(text.size());
    const char *begin = text.data(), *end = begin + text.size();
    for (const char* p = begin; p < end; p += character_size(p, end)) {
      const auto at = static_cast<std::uint32_t>(p - begin);
      const auto add_piece = [&](auto node, const char* q) {
        if (!trie_.is_piece(node)) return;
        const TokenId id = trie_.piece(node).id;
        const std::string_view piece(p, static_cast<std::size_t>(q - p));
        const bool is_long = piece.size() > character_size(p, end);
        if (is_long && leaves_out && !always_stays(id) && leaves_out()) return;
        lattice.add({at, static_cast<std::uint32_t>(q - begin), id}, lattice_score(piece, id, trie_.score(node)));
      };
      // Pieces in the order of their length, the unknown character behind them.
      const char* q = p + character_size(p, end);
      auto node = trie_.first_character(p, character_size(p, end));
      const bool known = trie_.is_piece(node);
      if (!known && !rules_.has_unknown) refuse(text);
      const Part character{at, static_cast<std::uint32_t>(q - begin), Part::kUnknown};
      add_piece(node, q);
      while (node != PieceTrie<Score>::kDead && q < end && trie_.step(node, *q)) add_piece(node, ++q);
      if (!known) lattice.add(character, rules_.unknown_score);
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

}  // namespace quern::unigram
