// Any bytes are either ranks that are written back as they were read, or an Error that names a line of the file.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "tokenizers/formats/registry.h"

namespace {

using namespace quern;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const TokenizerDefinition definition = formats::read_tiktoken(text, "fuzz", {.pattern = "gpt2"});
    require(formats::read_tiktoken(formats::write_tiktoken(definition), "fuzz", {.pattern = "gpt2"}) == definition);
    const Tokenizer tokenizer{TokenizerDefinition(definition)};
    std::vector<TokenId> ids;
    Encoder(tokenizer, {.cache_bytes = 1 << 16}).encode(text, ids);
    require(tokenizer.decode(ids) == text);
  } catch (const Error& error) {
    const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    require(error.code() != ErrorCode::internal && error.where().line <= lines);
  }
  return 0;
}
