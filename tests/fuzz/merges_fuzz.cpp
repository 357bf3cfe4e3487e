// Any merges.txt beside a vocabulary of all bytes and a few words is either read, written and read again as the same
// tokenizer, or an Error that names one of its lines.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/error.h"
#include "core/json.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/formats/registry.h"

namespace {

using namespace quern;
namespace fs = std::filesystem;

void require(bool condition) {
  if (!condition) std::abort();
}

void write(const fs::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

// One folder for the life of the process, with the vocabulary in it.
const fs::path& folder() {
  static const fs::path path = [] {
    std::string name = (fs::temp_directory_path() / "quern-fuzz-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr);
    std::string vocabulary = "{";
    std::size_t id = 0;
    const auto add = [&](const std::string& token) {
      vocabulary += id > 0 ? "," : "";
      append_json_string(vocabulary, token);
      vocabulary += ":" + std::to_string(id++);
    };
    for (const std::string& character : byte_level::alphabet()) add(character);
    for (const char* word : {"th", "the", "he", "in", "ing", "aa", "aaa", "aaaa"}) add(word);
    write(fs::path(name) / "vocab.json", vocabulary + "}");
    return fs::path(name);
  }();
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  write(folder() / "merges.txt", text);
  try {
    const TokenizerDefinition definition = formats::read(folder().string());
    const Tokenizer tokenizer{TokenizerDefinition(definition)};
    std::vector<TokenId> ids;
    Encoder(tokenizer, {.cache_bytes = 1 << 16}).encode(text, ids);
    require(tokenizer.decode(ids) == text);
    formats::write(definition, (folder() / "again").string(), {.force = true});
    require(formats::read((folder() / "again/tokenizer.json").string()) == definition);
    require(formats::read((folder() / "again/merges.txt").string()) == definition);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::format && error.where().line >= 1);
  }
  return 0;
}
