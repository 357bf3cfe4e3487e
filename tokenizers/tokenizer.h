// A tokenizer, ready to use: loads every supported form, turns text into ids and ids into text.
//
//   const Tokenizer tokenizer = Tokenizer::load("tokenizer.json");
//   Encoder encoder(tokenizer);                      // one per thread: it owns a cache
//   std::vector<TokenId> ids;
//   encoder.encode("Grind the grain.", ids);         // appends
//   std::string text = tokenizer.decode(ids);
//
// Immutable after construction; any number of threads may share it. Copying is cheap (shared state).
// tokenizers/definition.h describes the parts, tokenizers/formats/ the files.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/definition.h"
#include "tokenizers/post_processors/window.h"
#include "tokenizers/sampling.h"

namespace quern {

struct LoadOptions {
  std::string pattern;  // for .tiktoken: gpt2, cl100k, o200k or a regular expression; empty: known from the vocabulary
  // For vocab.txt. by_file: tokenizer_config.json says it, or the vocabulary is looked at.
  enum class LetterCase { by_file, lower, cased } letter_case = LetterCase::by_file;
  std::function<void(const std::string& text)> notice = {};  // told what was guessed
};

class Tokenizer {
 public:
  // A file or a folder; the form is told by content and name (formats/registry.h). Error{format} when it is none.
  static Tokenizer load(const std::string& path, const LoadOptions& options = {});
  explicit Tokenizer(TokenizerDefinition definition);  // Error{format} when the parts do not fit together

  const TokenizerDefinition& definition() const;

  std::size_t size() const;                  // ids in use: 1 + the largest id, added tokens included
  std::string_view token(TokenId id) const;  // as in tokenizer.json ("Ġthe"); empty for an unused id
  std::optional<TokenId> id(std::string_view token) const;
  std::string_view bytes(TokenId id) const;  // what the token decodes to on its own
  bool is_special(TokenId id) const;
  std::size_t count_special(std::size_t texts) const;  // what EncodeOptions::add_special puts around one text or two

  // The text that the decoders make of the tokens; without a decoder the tokens as they are spelled, spaces between
  // them. An id that no token has is Error{input}.
  std::string decode(std::span<const TokenId> ids, bool skip_special = false) const;
  // The same from token texts, known ones or not (an unknown run as the encoder found it in the text).
  std::string decode_tokens(std::span<const std::string> tokens) const;
  // Byte level: every token is its bytes, UTF-8 or not, so the texts of two halves make the text of the whole.
  bool decodes_bytewise() const;

  struct Compiled;  // shared with Encoder: tokenizers/compiled.h
  const Compiled& compiled() const { return *compiled_; }

 private:
  std::shared_ptr<const Compiled> compiled_;
};

struct EncodeOptions {
  bool add_special = false;  // run the post-processor
  enum class Specials {
    by_format,
    all,
    none,
    listed
  } specials = Specials::by_format;  // which special tokens count in the text
  std::vector<std::string> listed_specials = {};
  std::size_t cache_bytes = std::size_t{32} << 20;  // bound of the piece cache
  // What merging one piece may take; a longer piece is Error{memory}. Plain pieces are short, unsplit text is one piece.
  std::uint64_t scratch_bytes = ~std::uint64_t{0};
  // The most tokens of a text (special ones included, where they are added), and which go. Error{input} for a text that
  // cannot be cut so, Error{usage} for a length without room for the special tokens.
  std::optional<Truncation> truncation = {};
  bool overflow = false;  // windows(): those of what was cut off, too
  bool offsets = true;    // windows(): of each token, which costs more than its id
  bool text_is_valid = false;  // every text is known to be UTF-8: it is not looked at again
  bool words = false;     // which word each token is of: takes the general pipeline, which needs valid UTF-8
  std::optional<Sampling> sampling = {};  // instead of the best segmentation: takes the general pipeline, too
};

// A token that the text spells otherwise than the vocabulary: an added token with the white space it took along, or as the
// normalizer left it; what became unknown in a Unigram model. Hugging Face and SentencePiece show these.
struct Surface {
  std::size_t token;  // position in Encoding::ids
  std::string text;
};

struct Encoding {
  std::vector<TokenId> ids;
  std::vector<Offsets> offsets;     // bytes [begin, end) of the text given in; specials: 0, 0
  std::vector<std::int32_t> words;  // with EncodeOptions::words: the piece of the text, from 0; specials: -1
  std::vector<Surface> surfaces;    // not under truncation
  void clear();
};

// One of the best segmentations of a text, and the sum of the scores of its pieces.
struct ScoredEncoding {
  Encoding encoding;
  double score = 0;
};

class Encoder {
 public:
  explicit Encoder(const Tokenizer& tokenizer, EncodeOptions options = {});
  ~Encoder();
  Encoder(Encoder&&) noexcept;

  // Appends the ids of one text. Text is UTF-8; where it is ill-formed (--on-invalid keep) byte-level models encode it
  // byte for byte by tiktoken's rule: the last piece before the first bad byte and all behind it are one piece (with
  // them the tokens of white space just before, when that piece begins with one). Added tokens are cut out before.
  void encode(std::string_view text, std::vector<TokenId>& ids);
  // The same with offsets, as Hugging Face gives them: every token of a character covers the whole character.
  void encode(std::string_view text, Encoding& encoding);
  // Everything that a model takes in, of one text or two. The first window is what stays under the truncation, the others
  // hold what was cut off (PostProcessing::windows tells their order). Not padded: post_processors/padding.h.
  std::vector<Window> windows(std::string_view text);
  std::vector<Window> windows(std::string_view first, std::string_view second);

  // The best segmentations, at most k and best first, as Hugging Face and SentencePiece score them; not truncated. Where a text
  // falls into several pieces, the best combinations of those of its pieces. Unigram only: Error{usage} for other models.
  std::vector<ScoredEncoding> nbest(std::string_view text, std::size_t k);
  // Under sampling: what the draws of the next text depend on. Those after it count on from there; without a call, from 0.
  void number_next(std::uint64_t number);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quern
