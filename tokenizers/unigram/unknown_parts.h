// What becomes of the characters on a path that are no piece.
//
// SentencePiece: the bytes of each with byte_fallback, the last of which stands for the character and the others for nothing;
// else one unknown piece for each run of them.
// Hugging Face: each run as a whole: the token it spells, if it spells one; its bytes with byte_fallback where all of them
// are tokens, each standing for the run; else the unknown token. A piece with the unknown token's id counts as unknown.
//
// Immutable. `parts` are those of BestPath, the last first.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizers/definition/models.h"
#include "tokenizers/model_token.h"
#include "tokenizers/unigram/best_path.h"

namespace quern::unigram {

class SentencePieceUnknowns {
 public:
  // Error{format} without exactly one unknown piece (none is needed with byte_fallback), or without all 256 byte pieces.
  explicit SentencePieceUnknowns(const SentencePieceModel& model);

  // after_unknown: whether what stands before the first part ended in an unknown character; then the same of the last one.
  template <class Sink>
  void append(std::string_view text, std::span<const Part> parts, bool& after_unknown, Sink& sink) const {
    for (std::size_t i = parts.size(); i-- > 0;) {
      const Part& part = parts[i];
      const bool unknown = part.id == Part::kUnknown;
      if (!unknown) {
        sink.add({part.id, part.begin, part.end});
      } else if (bytes_) {
        for (std::uint32_t at = part.begin; at < part.end; ++at) {
          const bool last = at + 1 == part.end;
          sink.add({(*bytes_)[static_cast<unsigned char>(text[at])], part.begin, last ? part.end : part.begin});
        }
      } else if (after_unknown) {
        sink.extend(part.end);
      } else {
        sink.add({*unk_, part.begin, part.end});
      }
      after_unknown = unknown;
    }
  }

 private:
  std::optional<TokenId> unk_;
  std::optional<std::array<TokenId, 256>> bytes_;
};

class HuggingFaceUnknowns {
 public:
  explicit HuggingFaceUnknowns(const UnigramModel& model);
  // find(run) gives the id of the token that is exactly this text, or nothing.
  template <class Sink, class Find>
  void append(std::string_view text, std::span<const Part> parts, Sink& sink, const Find& find) const {
    for (std::size_t i = parts.size(); i-- > 0;) {
      Part run = parts[i];
      if (!is_unknown(run)) {
        sink.add({run.id, run.begin, run.end});
        continue;
      }
      std::size_t length = 1;
      for (; i > 0 && is_unknown(parts[i - 1]); --i, ++length) run.end = parts[i - 1].end;
      const std::string_view bytes = text.substr(run.begin, run.end - run.begin);
      const std::optional<TokenId> whole = length > 1 ? find(bytes) : std::nullopt;
      if (whole) {
        sink.add({*whole, run.begin, run.end});
      } else if (run.id == Part::kUnknown && has_bytes(bytes)) {
        for (const char byte : bytes) sink.add({*bytes_[static_cast<unsigned char>(byte)], run.begin, run.end});
      } else {
        sink.add({unk_, run.begin, run.end});
      }
    }
  }

 private:
  bool is_unknown(const Part& part) const { return part.id == Part::kUnknown || part.id == unk_; }
  // Whether byte_fallback can spell this.
  bool has_bytes(std::string_view bytes) const;

  TokenId unk_;
  bool byte_fallback_;
  std::array<std::optional<TokenId>, 256> bytes_;
};

}  // namespace quern::unigram
