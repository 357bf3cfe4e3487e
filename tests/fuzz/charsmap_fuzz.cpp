// Any bytes are either a map of rules or an Error; with a map, any text is normalized, alike with and without spans,
// and every span lies within the text.
//
// Input: a byte of flags, a byte with the size of the text, the text, and the map: serialized, or (flag 128) as sources
// and targets with zero bytes between them.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/normalizers/charsmap_builder.h"
#include "tokenizers/normalizers/normalizer_chain.h"

namespace {

using namespace quern;

void require(bool condition) {
  if (!condition) std::abort();
}

std::string serialized(std::string_view listed) {
  std::map<std::string, std::string> rules;
  while (!listed.empty()) {
    std::string fields[2];
    for (std::string& field : fields) {
      const std::size_t end = std::min(listed.find('\0'), listed.size());
      field = listed.substr(0, end);
      listed.remove_prefix(std::min(end + 1, listed.size()));
    }
    if (!fields[0].empty()) rules[fields[0]] = utf8::replace_invalid(fields[1]);
  }
  return normalizers::serialize_charsmap({rules.begin(), rules.end()});
}

void check(const Normalizer& part, std::string_view text, const std::vector<std::string>& untouched) {
  const NormalizerChain chain({part}, untouched);
  std::string plain;
  NormalizedText aligned;
  chain.normalize(text, plain);
  chain.normalize(text, aligned);
  require(plain == aligned.text);
  require(aligned.begins.size() == plain.size() && aligned.ends.size() == plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    require(aligned.begins[i] <= aligned.ends[i] && aligned.ends[i] <= text.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const int flags = data[0];
  std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string text(rest.substr(0, data[1]));
  rest.remove_prefix(text.size());
  SentencePieceNormalizer part;
  part.charsmap = (flags & 128) != 0 ? serialized(rest) : std::string(rest);
  part.add_dummy_prefix = (flags & 1) != 0;
  part.remove_extra_whitespaces = (flags & 2) != 0;
  part.escape_whitespaces = (flags & 4) != 0;
  part.whitespace_as_suffix = (flags & 8) != 0;
  try {
    check(part, text, (flags & 16) != 0 ? std::vector<std::string>{text.substr(0, 2)} : std::vector<std::string>{});
    check(PrecompiledNormalizer{part.charsmap}, utf8::replace_invalid(text), {});
  } catch (const Error& error) {
    require(error.code() == ErrorCode::format && (flags & 128) == 0);
  }
  return 0;
}
