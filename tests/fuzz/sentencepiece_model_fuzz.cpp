// Any bytes are either a SentencePiece model that is written back with the same meaning, converts or refuses to, and
// encodes and decodes, or an Error that names a byte of the file.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/formats/conversion.h"
#include "tokenizers/formats/registry.h"

namespace {

using namespace quern;

void require(bool condition) {
  if (!condition) std::abort();
}

void use(const TokenizerDefinition& definition, std::string_view text) {
  const Tokenizer tokenizer{TokenizerDefinition(definition)};
  std::vector<TokenId> ids;
  Encoder(tokenizer, {.cache_bytes = 1 << 16}).encode(text, ids);
  tokenizer.decode(ids);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TokenizerDefinition definition;
  try {
    definition = formats::read_sentencepiece(bytes, "fuzz");
  } catch (const Error& error) {
    require(error.code() == ErrorCode::format && error.where().byte <= size);
    return 0;
  }
  const std::string written = formats::write_sentencepiece(definition);
  require(formats::write_sentencepiece(formats::read_sentencepiece(written, "fuzz")) == written);
  try {
    use(definition, utf8::replace_invalid(bytes.substr(0, 256)));
    const auto conversion = formats::convert_for(definition, "fuzz.json");
    formats::read_tokenizer_json(formats::write_tokenizer_json(conversion.definition), "fuzz");
  } catch (const Error& error) {
    require(error.code() != ErrorCode::internal);
  }
  return 0;
}
