// Any bytes are either a tokenizer that encodes, decodes and survives a round trip through its file, or an Error.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/formats/registry.h"

namespace {

using namespace quern;

void require(bool condition) {
  if (!condition) std::abort();
}

void use(const TokenizerDefinition& definition, std::string_view text) {
  const Tokenizer tokenizer{TokenizerDefinition(definition)};
  Encoder encoder(tokenizer, {.add_special = true, .cache_bytes = 1 << 16});
  Encoding encoding;
  encoder.encode(text, encoding);
  require(encoding.ids.size() == encoding.offsets.size());
  for (const auto& [begin, end] : encoding.offsets) require(begin <= end && end <= text.size());
  std::vector<TokenId> ids;
  encoder.encode(text, ids);
  require(ids == encoding.ids);
  tokenizer.decode(ids);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const TokenizerDefinition definition = formats::read_tokenizer_json(text, "fuzz");
    const std::string written = formats::write_tokenizer_json(definition);
    require(formats::write_tokenizer_json(formats::read_tokenizer_json(written, "fuzz")) == written);
    use(definition, text);
  } catch (const Error& error) {
    require(error.code() != ErrorCode::internal);
  }
  return 0;
}
