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

// The text and itself as a pair, cut to the file's length or a short one.
void use_windows(const Tokenizer& tokenizer, std::string_view text) {
  const Truncation truncation = tokenizer.definition().truncation.value_or(Truncation{.max_length = 9, .stride = 1});
  Encoder encoder(tokenizer, {.add_special = true,
                              .cache_bytes = 1 << 16,
                              .scratch_bytes = 1 << 20,
                              .truncation = truncation,
                              .overflow = true,
                              .words = true});
  const std::vector<Window> windows = encoder.windows(text, text);
  for (const Window& window : windows) {
    const std::size_t size = window.size();
    require(window.type_ids.size() == size && window.attention_mask.size() == size && window.special_mask.size() == size);
    require(window.offsets.size() == size && window.words.size() == size && window.sequences.size() == size);
    for (const auto& [begin, end] : window.offsets) require(begin <= end && end <= text.size());
    tokenizer.decode(window.ids);
  }
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
  tokenizer.decode(ids, true);
  use_windows(tokenizer, text);
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
