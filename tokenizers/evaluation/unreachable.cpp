#include "tokenizers/evaluation/unreachable.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/text/utf8.h"
#include "tokenizers/bpe/merger.h"
#include "tokenizers/bpe/piece_encoder.h"
#include "tokenizers/bpe/sentencepiece_encoder.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/evaluation/token_traits.h"
#include "tokenizers/pipelines/byte_level.h"
#include "tokenizers/pipelines/piece_model.h"

namespace quern {
namespace {

// BPE on characters: a token's own symbols, with the affixes that they have inside of it.
class CharacterMerges {
 public:
  explicit CharacterMerges(const BpeModel& model) : model_(model), merger_(model.vocabulary.size(), model.merges.size()) {
    for (TokenId id = 0; id < model.vocabulary.size(); ++id) {
      if (!model.vocabulary[id].empty()) ids_.emplace(model.vocabulary[id], id);
    }
    for (std::size_t rank = 0; rank < model.merges.size(); ++rank) {
      const Merge merge = model.merges[rank];
      std::string_view right = model.vocabulary[merge.right];
      right.remove_prefix(std::min(model.continuing_subword_prefix.size(), right.size()));
      merger_.add(merge, static_cast<std::uint32_t>(rank), find(model.vocabulary[merge.left] + std::string(right)));
    }
  }

  // Affixes may also be part of a token's text.
  bool make(TokenId id) {
    const std::string_view text = model_.vocabulary[id];
    const std::string_view prefix = model_.continuing_subword_prefix, suffix = model_.end_of_word_suffix;
    for (const bool continues : {false, true}) {
      if (continues && (prefix.empty() || !text.starts_with(prefix))) continue;
      for (const bool ends_word : {false, true}) {
        if (ends_word && (suffix.empty() || !text.ends_with(suffix))) continue;
        std::string_view inside = text.substr(continues ? prefix.size() : 0);
        if (ends_word) inside.remove_suffix(std::min(suffix.size(), inside.size()));
        if (merges_to(id, inside, continues, ends_word)) return true;
      }
    }
    return false;
  }

 private:
  TokenId find(const std::string& text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? bpe::kNoToken : found->second;
  }

  bool merges_to(TokenId id, std::string_view inside, bool continues, bool ends_word) {
    if (inside.empty() || !utf8::is_valid(inside)) return false;
    scratch_.resize(inside.size());
    std::size_t count = 0;
    for (const char *p = inside.data(), *end = p + inside.size(); p < end; ++count) {
      const char* const begin = p;
      utf8::decode(p);
      std::string symbol = begin == inside.data() && !continues ? "" : model_.continuing_subword_prefix;
      symbol.append(begin, p);
      if (p == end && ends_word) symbol += model_.end_of_word_suffix;
      scratch_.ids[count] = find(symbol);
      scratch_.lengths[count] = 1;
      if (scratch_.ids[count] == bpe::kNoToken) return false;
    }
    merger_.join(scratch_, count);
    return scratch_.next[0] >= count && scratch_.ids[0] == id;
  }

  const BpeModel& model_;
  bpe::Merger merger_;
  bpe::Merger::Scratch scratch_;
  std::unordered_map<std::string, TokenId> ids_;
};

// WordPiece: the longest token at each place. `begins` and `follows` are the texts of tokens without "##".
class LongestTokens {
 public:
  LongestTokens(const WordPieceModel& model, const std::vector<bool>& is_judged) : most_(model.max_input_chars_per_word) {
    const std::string& prefix = model.continuing_subword_prefix;
    for (TokenId id = 0; id < model.vocabulary.size(); ++id) {
      const std::string_view token = model.vocabulary[id];
      if (token.empty()) continue;
      const bool follows = !prefix.empty() && token.size() > prefix.size() && token.starts_with(prefix);
      // Under an empty prefix every token begins and follows.
      if (!follows) begin_texts_.insert(token);
      if (follows || prefix.empty()) follow_texts_.insert(token.substr(prefix.size()));
      if (!is_judged[id]) continue;
      if (follows) {
        waiting_.push_back({id, token.substr(prefix.size()), utf8::count_code_points(token.substr(prefix.size()))});
      } else if (const std::size_t length = utf8::count_code_points(token); length <= most_) {
        reached_begins_.push_back({id, token, length});
      } else {
        unreachable_.push_back(id);
      }
    }
  }

  std::vector<TokenId> run() {
    // Behind words' beginnings, then behind what that reached, until nothing more is.
    keep_those_not_behind(reached_begins_, begin_texts_);
    while (!reached_follows_.empty()) {
      std::vector<Entry> last;
      last.swap(reached_follows_);
      keep_those_not_behind(last, follow_texts_);
    }
    for (const Entry& entry : waiting_) unreachable_.push_back(entry.id);
    std::sort(unreachable_.begin(), unreachable_.end());
    return unreachable_;
  }

 private:
  struct Entry {
    TokenId id;
    std::string_view text;
    std::size_t length;  // in characters, up to the end of the shortest word found that ends with it
  };
  using Texts = std::unordered_set<std::string_view>;

  void keep_those_not_behind(const std::vector<Entry>& before, const Texts& texts) {
    std::vector<Entry> left;
    for (const Entry& entry : waiting_) {
      const auto room_for = [&](const Entry& first) { return first.length + entry.length <= most_; };
      const auto found = std::find_if(before.begin(), before.end(), [&](const Entry& first) {
        return room_for(first) && !is_longer_with(first.text, entry.text, texts);
      });
      if (found == before.end()) {
        left.push_back(entry);
      } else {
        reached_follows_.push_back({entry.id, entry.text, found->length + entry.length});
      }
    }
    waiting_.swap(left);
  }

  // Whether a token goes on over the place where the two meet.
  bool is_longer_with(std::string_view first, std::string_view second, const Texts& texts) {
    joined_.assign(first).append(second);
    for (std::size_t size = first.size() + 1; size <= joined_.size(); ++size) {
      if (texts.contains(std::string_view(joined_).substr(0, size))) return true;
    }
    return false;
  }

  const std::size_t most_;
  Texts begin_texts_, follow_texts_;
  std::vector<Entry> reached_begins_, reached_follows_, waiting_;
  std::vector<TokenId> unreachable_;
  std::string joined_;
};

// The tokens a model is asked for: its own, but those it has for other ends.
std::vector<bool> judged_tokens(const Tokenizer& tokenizer) {
  const TokenTraits traits(tokenizer);
  std::vector<bool> judged(tokenizer.size());
  for (TokenId id = 0; id < tokenizer.size(); ++id) {
    judged[id] = !tokenizer.token(id).empty() && (traits[id] & (TokenTraits::kUnknown | TokenTraits::kByte)) == 0;
  }
  for (const AddedToken& token : tokenizer.definition().added_tokens) judged[token.id] = false;
  if (const auto* model = std::get_if<SentencePieceModel>(&tokenizer.definition().model)) {
    using Kind = SentencePiece::Kind;
    for (TokenId id = 0; id < model->pieces.size(); ++id) {
      const Kind kind = model->pieces[id].kind;
      if (kind != Kind::normal && kind != Kind::user_defined) judged[id] = false;
    }
  }
  return judged;
}

// reaches(id): whether the model gives the token.
template <class Reaches>
std::vector<TokenId> those_that_are_not(const std::vector<bool>& judged, std::size_t model_size, Reaches reaches) {
  std::vector<TokenId> list;
  for (TokenId id = 0; id < std::min(judged.size(), model_size); ++id) {
    if (judged[id] && !reaches(id)) list.push_back(id);
  }
  return list;
}

struct FindUnreachable {
  const Tokenizer& tokenizer;
  const std::vector<bool> judged;

  std::vector<TokenId> operator()(const BpeModel& model) const {
    if (is_byte_level(tokenizer.definition())) {
      const bpe::PieceEncoder bpe(model);
      const auto scratch = bpe::PieceEncoder::make_scratch();
      std::vector<TokenId> ids;
      return those_that_are_not(judged, model.vocabulary.size(), [&](TokenId id) {
        const auto bytes = byte_level::unspell(model.vocabulary[id]);
        ids.clear();
        if (bytes && !bytes->empty()) bpe.encode(*bytes, *scratch, ids);
        return ids == std::vector<TokenId>{id};
      });
    }
    if (model.ignore_merges) return {};
    CharacterMerges merges(model);
    return those_that_are_not(judged, model.vocabulary.size(), [&](TokenId id) { return merges.make(id); });
  }
  std::vector<TokenId> operator()(const WordPieceModel& model) const { return LongestTokens(model, judged).run(); }
  std::vector<TokenId> operator()(const WordLevelModel&) const { return {}; }
  std::vector<TokenId> operator()(const UnigramModel& model) const { return by_own_text(model.vocabulary.size()); }
  std::vector<TokenId> operator()(const SentencePieceModel& model) const { return by_own_text(model.pieces.size()); }

  std::vector<TokenId> by_own_text(std::size_t size) const {
    const auto compiled = compile_model(tokenizer.definition().model);
    const auto model = compiled->start({});
    std::vector<ModelToken> tokens;
    return those_that_are_not(judged, size, [&](TokenId id) {
      tokens.clear();
      model->encode(tokenizer.token(id), tokens);
      return tokens.size() == 1 && tokens.front().id == id;
    });
  }
};

}  // namespace

std::vector<TokenId> unreachable_tokens(const Tokenizer& tokenizer) {
  return std::visit(FindUnreachable{tokenizer, judged_tokens(tokenizer)}, tokenizer.definition().model);
}

}  // namespace quern
