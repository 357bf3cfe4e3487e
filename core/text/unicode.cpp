#include "core/text/unicode.h"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>
#include <unicode/uversion.h>

#include <string>

#include "core/error.h"

namespace quern::unicode {
namespace {

void check(UErrorCode status, const char* doing) {
  if (U_FAILURE(status)) throw Error(ErrorCode::internal, std::string("ICU: ") + doing + ": " + u_errorName(status));
}

UBreakIterator* as_iterator(void* iterator) { return static_cast<UBreakIterator*>(iterator); }

}  // namespace

int script(char32_t code_point) {
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode code = uscript_getScript(static_cast<UChar32>(code_point), &status);
  return U_SUCCESS(status) ? code : USCRIPT_UNKNOWN;
}

std::string script_name(int script) {
  const char* name = uscript_getName(static_cast<UScriptCode>(script));
  return name != nullptr ? name : "Unknown";
}

ScriptTable::ScriptTable() : table_(0x10000) {
  for (std::size_t c = 0; c < table_.size(); ++c) table_[c] = static_cast<std::uint16_t>(script(static_cast<char32_t>(c)));
}

const ScriptTable& ScriptTable::instance() {
  static const ScriptTable table;
  return table;
}

int width(char32_t code_point) {
  const auto c = static_cast<UChar32>(code_point);
  constexpr UChar32 kSoftHyphen = 0xAD;
  constexpr auto kInvisible = U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK | U_GC_CC_MASK;
  if ((U_GET_GC_MASK(c) & kInvisible) != 0 && c != kSoftHyphen) return 0;
  // Vowels and final consonants of Hangul that join the syllable before them.
  const auto hangul = u_getIntPropertyValue(c, UCHAR_HANGUL_SYLLABLE_TYPE);
  if (hangul == U_HST_VOWEL_JAMO || hangul == U_HST_TRAILING_JAMO) return 0;
  const auto east_asian = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return east_asian == U_EA_WIDE || east_asian == U_EA_FULLWIDTH ? 2 : 1;
}

std::string icu_version() {
  UVersionInfo version;
  u_getVersion(version);
  char text[U_MAX_VERSION_STRING_LENGTH];
  u_versionToString(version, text);
  return text;
}

WordBreaker::WordBreaker() {
  UErrorCode status = U_ZERO_ERROR;
  iterator_ = ubrk_open(UBRK_WORD, "", nullptr, 0, &status);
  check(status, "opening the word iterator");
}

WordBreaker::~WordBreaker() { ubrk_close(as_iterator(iterator_)); }

std::uint64_t WordBreaker::count_words(std::string_view text) {
  std::uint64_t words = 0;
  each_word(text, [&](std::size_t) { ++words; });
  return words;
}

void WordBreaker::find_words(std::string_view text, std::vector<std::size_t>& ends) {
  ends.clear();
  each_word(text, [&](std::size_t end) { ends.push_back(end); });
}

template <class Take>
void WordBreaker::each_word(std::string_view text, Take take) {
  constexpr std::size_t kLargest = std::size_t{1} << 30;
  std::size_t at = 0;
  const auto take_from = [&](std::size_t end) { take(at + end); };
  while (text.size() - at > kLargest) {
    const std::string_view rest = text.substr(at);
    std::size_t cut = rest.rfind('\n', kLargest - 1) + 1;  // npos + 1 is 0
    if (cut == 0) cut = kLargest;
    while ((static_cast<unsigned char>(rest[cut]) & 0xC0) == 0x80) --cut;
    each_word_of_piece(rest.substr(0, cut), take_from);
    at += cut;
  }
  each_word_of_piece(text.substr(at), take_from);
}

template <class Take>
void WordBreaker::each_word_of_piece(std::string_view text, Take take) {
  UErrorCode status = U_ZERO_ERROR;
  UText utf8 = UTEXT_INITIALIZER;
  utext_openUTF8(&utf8, text.data() == nullptr ? "" : text.data(), static_cast<std::int64_t>(text.size()), &status);
  check(status, "reading UTF-8");
  ubrk_setUText(as_iterator(iterator_), &utf8, &status);
  utext_close(&utf8);  // the iterator holds a clone
  check(status, "setting the text");
  ubrk_first(as_iterator(iterator_));
  for (std::int32_t end = ubrk_next(as_iterator(iterator_)); end != UBRK_DONE; end = ubrk_next(as_iterator(iterator_))) {
    if (ubrk_getRuleStatus(as_iterator(iterator_)) >= UBRK_WORD_NONE_LIMIT) take(static_cast<std::size_t>(end));
  }
}

}  // namespace quern::unicode
