// Any bytes are either a vocab.txt whose tokenizer encodes, decodes and comes back through its folder's files, or an
// Error that names a line of the file.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/formats/folder.h"
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
    const TokenizerDefinition definition = formats::read_vocab_txt(text, "fuzz", {});
    const std::string written = formats::vocab_txt_files(definition)[0].content;
    require(formats::read_vocab_txt(written, "fuzz", {}) == definition);
    require(formats::read_tokenizer_json(formats::write_tokenizer_json(definition), "fuzz") == definition);
    const Tokenizer tokenizer{TokenizerDefinition(definition)};
    std::vector<TokenId> ids;
    Encoder(tokenizer, {.add_special = true, .cache_bytes = 1 << 16}).encode(text, ids);
    tokenizer.decode(ids);
  } catch (const Error& error) {
    const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    require(error.code() == ErrorCode::format && error.where().line <= lines);
  }
  return 0;
}
