#include "tokenizers/trainers/alphabet.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <unordered_map>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/byte_level.h"

namespace quern {
namespace {

struct Counted {
  char32_t character;
  std::uint64_t count;
};

constexpr std::size_t kCharacters = 0x110000;

// Characters with their counts, ascending. Bytes count as the characters that spell them.
std::vector<Counted> count_characters(bool of_bytes, const Alphabet::Pieces& pieces) {
  std::vector<std::uint64_t> counts(of_bytes ? 256 : kCharacters);
  pieces([&](std::string_view piece, std::uint64_t count) {
    if (of_bytes) {
      for (const char byte : piece) counts[static_cast<unsigned char>(byte)] += count;
      return;
    }
    require_valid_piece(piece);
    for (const char *p = piece.data(), *const end = p + piece.size(); p < end;) counts[utf8::decode(p)] += count;
  });
  std::vector<Counted> characters;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    characters.push_back({of_bytes ? byte_level::to_char(static_cast<unsigned char>(c)) : static_cast<char32_t>(c), counts[c]});
  }
  std::sort(characters.begin(), characters.end(), [](const Counted& a, const Counted& b) { return a.character < b.character; });
  return characters;
}

int script_number(const std::string& name) {
  const std::int32_t script = u_getPropertyValueEnum(UCHAR_SCRIPT, name.c_str());
  if (script >= 0) return script;
  throw Error(ErrorCode::usage, "there is no script \"" + name + "\"").remedy("use Unicode's names: Han, Hiragana, Latin, Cyrillic, …");
}

void cover(double coverage, std::vector<Counted>& most_frequent_first) {
  if (coverage >= 1) return;
  double total = 0, sum = 0;
  for (const Counted& c : most_frequent_first) total += static_cast<double>(c.count);
  std::size_t kept = 0;
  while (kept < most_frequent_first.size() && sum < coverage * total) sum += static_cast<double>(most_frequent_first[kept++].count);
  most_frequent_first.resize(kept);
}

void limit_scripts(const std::vector<ScriptLimit>& limits, std::vector<Counted>& most_frequent_first) {
  for (const ScriptLimit& limit : limits) {
    const int script = script_number(limit.script);
    std::size_t kept = 0;
    std::erase_if(most_frequent_first, [&](const Counted& c) {
      UErrorCode status = U_ZERO_ERROR;
      return uscript_getScript(static_cast<UChar32>(c.character), &status) == script && ++kept > limit.characters;
    });
  }
}

// The characters to have, ascending.
std::u32string choose(const AlphabetSettings& settings, std::vector<Counted> seen) {
  std::stable_sort(seen.begin(), seen.end(), [](const Counted& a, const Counted& b) { return a.count > b.count; });
  cover(settings.coverage, seen);
  limit_scripts(settings.script_limits, seen);
  std::u32string chosen = settings.initial;
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  const std::size_t initial = chosen.size();
  for (const Counted& c : seen) {
    if (settings.limit != 0 && chosen.size() >= settings.limit) break;
    if (!std::binary_search(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(initial), c.character)) chosen += c.character;
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::string text_of(char32_t character) {
  std::string text;
  utf8::append(text, character);
  return text;
}

}  // namespace

void require_valid_piece(std::string_view piece) {
  if (utf8::is_valid(piece)) return;
  throw Error(ErrorCode::input, "a piece to learn from is not valid UTF-8, and this tokenizer works on characters")
      .remedy("count text with --on-invalid replace");
}

template <class Take>
void Alphabet::for_each_symbol(std::string_view piece, Take take) const {
  const char *const begin = piece.data(), *const end = begin + piece.size();
  for (const char* p = begin; p < end;) {
    const bool is_first = p == begin;
    const char32_t symbol = of_bytes_ ? static_cast<unsigned char>(*p++) : utf8::decode(p);
    take(symbol, kind_of(is_first, p == end));
  }
}

Alphabet::Alphabet(const AlphabetSettings& settings, bool of_bytes, const Pieces& pieces, std::vector<std::string>& vocabulary)
    : of_bytes_(of_bytes), has_prefix_(!settings.continuing_subword_prefix.empty()), has_suffix_(!settings.end_of_word_suffix.empty()) {
  const bool is_known = of_bytes && settings.initial.size() == 256 && settings.limit == 0;
  const std::vector<Counted> seen = is_known ? std::vector<Counted>() : count_characters(of_bytes, pieces);
  const std::u32string characters = choose(settings, seen);
  for (const Counted& c : seen) {
    if (!std::binary_search(characters.begin(), characters.end(), c.character)) left_out_.push_back(text_of(c.character));
  }

  std::unordered_map<std::string, TokenId> ids;
  for (std::size_t id = 0; id < vocabulary.size(); ++id) ids.emplace(vocabulary[id], static_cast<TokenId>(id));
  const auto symbol_of = [&](char32_t character) { return of_bytes_ ? char32_t{*byte_level::to_byte(character)} : character; };
  const auto add = [&](char32_t character, unsigned kind) {
    const std::string text = (kind & kContinuing ? settings.continuing_subword_prefix : "") + text_of(character) +
                             (kind & kLast ? settings.end_of_word_suffix : "");
    const auto [place, is_new] = ids.emplace(text, static_cast<TokenId>(vocabulary.size()));
    if (is_new) vocabulary.push_back(text);
    tables_[kind].add(symbol_of(character), place->second);
    ids_.push_back(place->second);
  };
  for (const char32_t c : characters) add(c, kPlain);
  if (has_prefix_ || has_suffix_) {
    std::vector<unsigned char> kinds(kCharacters);  // a bit for each kind that a character stands in
    pieces([&](std::string_view piece, std::uint64_t) {
      for_each_symbol(piece, [&](char32_t symbol, unsigned kind) { kinds[symbol] |= static_cast<unsigned char>(1u << kind); });
    });
    for (const char32_t c : characters) {
      for (unsigned kind = 1; kind < kKinds; ++kind) {
        if (kinds[symbol_of(c)] >> kind & 1) add(c, kind);
      }
    }
  }
  std::sort(ids_.begin(), ids_.end());
}

void Alphabet::spell(std::string_view piece, std::vector<TokenId>& ids) const {
  ids.clear();
  for_each_symbol(piece, [&](char32_t symbol, unsigned kind) {
    const TokenId id = tables_[kind].find(symbol);
    if (id != bpe::kNoToken) ids.push_back(id);
  });
}

}  // namespace quern
