// Unigram as it is defined, over maps and strings: every segmentation one after the other, and the search position by position
// that decides between equals.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tokenizers/generated_text.h"
#include "tokenizers/definition/models.h"
#include "tokenizers/unigram/best_path.h"

namespace quern::test {

template <class Sum>
class NaiveUnigram {
 public:
  struct Piece {
    TokenId id;
    Sum score;
  };
  std::map<std::string, Piece, std::less<>> pieces;
  Sum unknown_score = 0;
  bool restarts = false;  // SentencePiece's rule for very long sentences

  // Parts in order.
  std::vector<unigram::Part> best(std::string_view text) const {
    struct Cell {
      bool reached = false;
      Sum score = 0;
      unigram::Part last;
    };
    std::vector<Cell> cells(text.size() + 1);
    cells[0].reached = true;
    for (std::size_t at = 0; at < text.size(); at += character(text, at).size()) {
      if (restarts && (cells[at].score < -100000 || cells[at].score > 100000)) {
        const Sum offset = cells[at].score;
        for (std::size_t i = at; i <= text.size(); ++i) {
          if (cells[i].reached) cells[i].score -= offset;
        }
      }
      for (const auto& [part, score] : parts_at(text, at)) {
        Cell& cell = cells[part.end];
        const Sum sum = score + cells[at].score;
        if (!cell.reached || sum > cell.score) cell = {true, sum, part};
      }
    }
    std::vector<unigram::Part> path;
    for (std::size_t end = text.size(); end > 0; end = path.back().begin) path.push_back(cells[end].last);
    std::reverse(path.begin(), path.end());
    return path;
  }

  struct Path {
    std::vector<unigram::Part> parts;
    Sum score = 0;
  };
  // All of them: exponentially many.
  std::vector<Path> all(std::string_view text) const {
    std::vector<Path> paths;
    extend(text, {}, paths);
    return paths;
  }

 private:
  static std::string_view character(std::string_view text, std::size_t at) {
    std::size_t size = 1;
    while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0) == 0x80) ++size;
    return text.substr(at, size);
  }

  std::vector<std::pair<unigram::Part, Sum>> parts_at(std::string_view text, std::size_t at) const {
    std::vector<std::pair<unigram::Part, Sum>> parts;
    std::size_t longest = 1;
    for (const auto& [piece, with] : pieces) longest = std::max(longest, piece.size());
    for (std::size_t end = at + 1; end <= std::min(text.size(), at + longest); ++end) {
      const auto found = pieces.find(text.substr(at, end - at));
      if (found == pieces.end()) continue;
      parts.push_back({{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end), found->second.id}, found->second.score});
    }
    if (const auto one = character(text, at); pieces.find(one) == pieces.end()) {
      parts.push_back({{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + one.size())}, unknown_score});
    }
    return parts;
  }

  void extend(std::string_view text, Path path, std::vector<Path>& paths) const {
    const std::size_t at = path.parts.empty() ? 0 : path.parts.back().end;
    if (at == text.size()) return paths.push_back(path);
    for (const auto& [part, score] : parts_at(text, at)) {
      Path longer = path;
      longer.parts.push_back(part);
      longer.score += score;
      extend(text, longer, paths);
    }
  }
};

// Vocabularies of few characters and few scores, so that different segmentations are often worth the same.
class GeneratedPieces {
 public:
  explicit GeneratedPieces(unsigned seed) : random_(seed) {}

  std::string text(std::size_t characters) {
    static constexpr std::string_view kAlphabet[] = {"a", "b", "c", "\u2581", "\u4e2d", "\u6587", "\u00e9", "\U0001F642"};
    std::string text;
    for (std::size_t i = 0; i < characters; ++i) text += kAlphabet[random_.below(std::size(kAlphabet))];
    return text;
  }
  // Without the last characters of the alphabet more often than not, so that some are unknown.
  std::map<std::string, float> pieces(std::size_t count) {
    std::map<std::string, float> scored;
    for (std::size_t i = 0; i < count; ++i) scored[text(1 + random_.below(4))] = score();
    return scored;
  }
  float score() { return -0.5f - static_cast<float>(random_.below(8)) / 2 - (random_.below(4) == 0 ? 0.1f : 0); }
  std::size_t below(std::size_t n) { return random_.below(n); }

 private:
  GeneratedText random_;
};

}  // namespace quern::test
