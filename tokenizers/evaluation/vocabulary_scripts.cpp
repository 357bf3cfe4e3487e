#include "tokenizers/evaluation/vocabulary_scripts.h"

#include <algorithm>
#include <map>

#include "core/text/unicode.h"
#include "core/text/utf8.h"
#include "tokenizers/evaluation/token_traits.h"

namespace quern {
namespace {

constexpr int kMixed = -1;

// The script of all characters that have one; Common when none has.
int script_of(std::string_view text) {
  const unicode::ScriptTable& table = unicode::ScriptTable::instance();
  int found = 0;
  for (const char *p = text.data(), *end = p + text.size(); p < end;) {
    const int script = table(utf8::decode(p));
    if (!unicode::is_own_script(script) || script == found) continue;
    if (found != 0) return kMixed;
    found = script;
  }
  return found;
}

// "##ing" and "ing</w>" without what the model put there.
std::string_view without_affixes(const Model& model, std::string_view token) {
  const auto strip = [&](std::string_view prefix, std::string_view suffix) {
    if (token.size() > prefix.size() && token.starts_with(prefix)) token.remove_prefix(prefix.size());
    if (token.size() > suffix.size() && token.ends_with(suffix)) token.remove_suffix(suffix.size());
  };
  if (const auto* bpe = std::get_if<BpeModel>(&model)) strip(bpe->continuing_subword_prefix, bpe->end_of_word_suffix);
  if (const auto* word_piece = std::get_if<WordPieceModel>(&model)) strip(word_piece->continuing_subword_prefix, "");
  return token;
}

}  // namespace

VocabularyScripts vocabulary_scripts(const Tokenizer& tokenizer) {
  const TokenTraits traits(tokenizer);
  std::vector<bool> added(tokenizer.size());
  for (const AddedToken& token : tokenizer.definition().added_tokens) added[token.id] = true;
  VocabularyScripts result;
  std::map<int, std::uint64_t> counts;
  for (TokenId id = 0; id < tokenizer.size(); ++id) {
    if (added[id] || tokenizer.token(id).empty() || (traits[id] & TokenTraits::kUnknown) != 0) continue;
    const std::string_view text = without_affixes(tokenizer.definition().model, tokenizer.bytes(id));
    if ((traits[id] & TokenTraits::kByte) != 0 || !utf8::is_valid(text)) {
      ++result.parts;
    } else if (const int script = script_of(text); script == kMixed) {
      ++result.mixed;
    } else {
      ++counts[script];
    }
  }
  for (const auto& [script, tokens] : counts) result.scripts.push_back({unicode::script_name(script), tokens});
  std::sort(result.scripts.begin(), result.scripts.end(), [](const auto& a, const auto& b) {
    return a.tokens != b.tokens ? a.tokens > b.tokens : a.name < b.name;
  });
  return result;
}

}  // namespace quern
