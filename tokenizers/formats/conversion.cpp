#include "tokenizers/formats/conversion.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/formats/folder.h"
#include "tokenizers/formats/registry.h"
#include "tokenizers/formats/vocabulary_builder.h"
#include "tokenizers/tokenizer.h"

namespace quern::formats {
namespace {

// Texts through a SentencePiece model and through the merges made of it. Scores prefer the left of two equal pairs, a
// list of merges the earlier, so where a piece overlaps with itself, or one of the same score, the two could differ.
class Comparison {
 public:
  Comparison(const TokenizerDefinition& from, const TokenizerDefinition& to)
      : pieces_(std::get<SentencePieceModel>(from.model).pieces),
        before_(Tokenizer{TokenizerDefinition(from)}, options()),
        after_(Tokenizer{TokenizerDefinition(to)}, options()) {}

  // The first text found that is cut otherwise.
  std::optional<std::string> find_difference() {
    std::string line;
    for (const SentencePiece& piece : pieces_) {
      if (piece.kind != SentencePiece::Kind::normal) continue;
      if (differs(piece.text + piece.text + piece.text)) return piece.text + piece.text + piece.text;
      line += piece.text;
      if (line.size() < kLine) continue;
      if (differs(line)) return line;
      line.clear();
    }
    if (differs(line)) return line;
    return find_among_equals();
  }

 private:
  static constexpr std::size_t kLine = 200, kLongestRun = 1000;

  static EncodeOptions options() {
    EncodeOptions options;
    options.specials = EncodeOptions::Specials::none;
    return options;
  }

  bool differs(const std::string& text) {
    std::vector<TokenId> before, after;
    before_.encode(text, before);
    after_.encode(text, after);
    return before != after;
  }

  // Pieces of several characters that share their score compete: the left one is merged, or the one whose merge stands
  // first. Where all are runs of one character, runs are all that need be tried; other ties are taken as a difference.
  std::optional<std::string> find_among_equals() {
    std::map<float, std::vector<std::string_view>> by_score;
    for (const SentencePiece& piece : pieces_) {
      const bool is_merged = piece.kind == SentencePiece::Kind::normal && utf8::count_code_points(piece.text) > 1;
      if (is_merged) by_score[piece.score].push_back(piece.text);
    }
    for (const auto& [score, equals] : by_score) {
      if (equals.size() == 1) continue;
      const std::string_view character = first_character(equals[0]);
      std::size_t longest = 0;
      for (const std::string_view piece : equals) {
        if (!is_run(piece, character)) return std::string(equals[0]) + std::string(piece);
        longest = std::max(longest, piece.size() / character.size());
      }
      std::string run;
      for (std::size_t length = 1; length <= std::min(4 * longest, kLongestRun); ++length) {
        run += character;
        if (differs(run)) return run;
      }
    }
    return std::nullopt;
  }

  static std::string_view first_character(std::string_view text) {
    const char* p = text.data();
    utf8::decode(p);
    return text.substr(0, static_cast<std::size_t>(p - text.data()));
  }

  static bool is_run(std::string_view text, std::string_view character) {
    for (; !text.empty(); text.remove_prefix(character.size())) {
      if (!text.starts_with(character)) return false;
    }
    return true;
  }

  const std::vector<SentencePiece>& pieces_;
  Encoder before_, after_;
};

void compare(const TokenizerDefinition& scores, const TokenizerDefinition& merges, Conversion& conversion) {
  if (!conversion.losses.empty()) return;  // known to differ
  if (const auto text = Comparison(scores, merges).find_difference()) {
    conversion.losses.push_back("merges cut " + in_quotes(*text) + " otherwise than scores do");
  }
}

bool is_sentencepiece(const TokenizerDefinition& definition) {
  return std::holds_alternative<SentencePieceModel>(definition.model);
}

// What a form with no place for anything but the model leaves out.
void drop_surroundings(Conversion& conversion) {
  TokenizerDefinition& definition = conversion.definition;
  if (!definition.post_processors.empty()) {
    conversion.losses.push_back("the special tokens around a text are left out");
    definition.post_processors.clear();
  }
  if (definition.truncation || definition.padding) {
    conversion.losses.push_back("truncation and padding are left out");
    definition.truncation.reset();
    definition.padding.reset();
  }
}

void drop_added_tokens(Conversion& conversion, const std::vector<AddedToken>& kept) {
  std::vector<AddedToken> left;
  std::string dropped;
  for (AddedToken& token : conversion.definition.added_tokens) {
    const auto same = [&](const AddedToken& other) { return other.id == token.id && other.content == token.content; };
    if (std::any_of(kept.begin(), kept.end(), same)) {
      left.push_back(std::move(token));
    } else if (dropped.empty()) {
      dropped = in_quotes(token.content);
    } else if (!dropped.ends_with(" and others")) {
      dropped += " and others";
    }
  }
  const bool one = !dropped.ends_with(" and others");
  if (!dropped.empty()) {
    conversion.losses.push_back((one ? "added token " : "added tokens ") + dropped + (one ? " is" : " are") + " left out");
  }
  conversion.definition.added_tokens = std::move(left);
}

Conversion for_model_file(const TokenizerDefinition& definition) {
  if (!is_sentencepiece(definition)) {
    Conversion conversion = to_sentencepiece(definition);
    compare(conversion.definition, definition, conversion);
    return conversion;
  }
  Conversion conversion{definition, {}};
  drop_surroundings(conversion);
  drop_added_tokens(conversion, {});
  return conversion;
}

Conversion for_tiktoken(const TokenizerDefinition& definition) {
  Conversion conversion{definition, {}};
  const auto is_about_offsets = [](const PostProcessor& p) { return std::holds_alternative<ByteLevelPostProcessor>(p); };
  auto& post_processors = conversion.definition.post_processors;
  if (std::all_of(post_processors.begin(), post_processors.end(), is_about_offsets)) post_processors.clear();
  drop_surroundings(conversion);
  // Other forms list added tokens in the vocabulary too, where here they would be ranks.
  if (auto* bpe = std::get_if<BpeModel>(&conversion.definition.model)) {
    for (const AddedToken& token : definition.added_tokens) {
      if (token.id < bpe->vocabulary.size()) bpe->vocabulary[token.id].clear();
    }
  }
  drop_added_tokens(conversion, tiktoken_specials(definition));
  if (!conversion.losses.empty()) write_tiktoken(conversion.definition);  // which refuses what no loss can mend
  return conversion;
}

// Alone it stands for the pipeline that reading it gives, whatever the case.
Conversion for_vocab_txt(const TokenizerDefinition& definition) {
  Conversion conversion{definition, {}};
  const auto* normalizer =
      definition.normalizers.size() == 1 ? std::get_if<BertNormalizer>(&definition.normalizers[0]) : nullptr;
  const auto* model = std::get_if<WordPieceModel>(&definition.model);
  if (!normalizer || !model) return conversion;  // which the writer refuses
  std::string text;
  for (const std::string& token : model->vocabulary) text += token + "\n";
  LoadOptions options;
  options.letter_case = normalizer->lowercase ? LoadOptions::LetterCase::lower : LoadOptions::LetterCase::cased;
  const TokenizerDefinition bare = read_vocab_txt(text, "vocab.txt", options);
  if (definition.post_processors != bare.post_processors) {
    conversion.losses.push_back("the special tokens around a text become BERT's");
  }
  conversion.definition.post_processors.clear();
  drop_surroundings(conversion);
  conversion.definition.post_processors = bare.post_processors;
  drop_added_tokens(conversion, bare.added_tokens);
  if (definition.normalizers != bare.normalizers) {
    conversion.losses.push_back("what is done to accents, ideographs and control characters is left to the case");
    conversion.definition.normalizers = bare.normalizers;
  }
  return conversion;
}

}  // namespace

Conversion convert_for(const TokenizerDefinition& definition, const std::string& path) {
  if (sentencepiece.writes_to(path)) return for_model_file(definition);
  if (tiktoken.writes_to(path)) return for_tiktoken(definition);
  if (vocab_txt.writes_to(path)) return for_vocab_txt(definition);
  if (tokenizer_json.writes_to(path) && is_sentencepiece(definition)) {
    Conversion conversion = from_sentencepiece(definition);
    compare(definition, conversion.definition, conversion);
    return conversion;
  }
  return {definition, {}};
}

}  // namespace quern::formats
