// Any bytes are either a --config file or an Error{config}; any words are either a command line or an Error{usage}, and
// what is accepted means the same when it is spelled out again. Input: words separated by newlines.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/config_file.h"
#include "cli/layers.h"
#include "core/error.h"

using namespace quern;
using namespace quern::cli;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check_file(const std::string& text) {
  try {
    for (const auto& setting : read_config(text, "fuzz", "doctor")) require(setting.line >= 1);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::config);
  }
}

struct Table {
  std::string text;
  std::int64_t number = 1;
  double rate = 0.5;
  bool flag = false;
  std::vector<std::string> list, files;
  Options options;
  Table() {
    options.value('t', "text", text, "TEXT");
    options.value('n', "number", number, "N").at_least(0);
    options.value("rate", rate, "P").between(0, 1);
    options.flag("flag", flag, 'f');
    options.value("list", list, "ITEM");
    options.operands("FILE", files);
  }
};

void check_words(const std::vector<std::string>& words) {
  Table table;
  try {
    apply_layers("fuzz", table.options, parse_arguments("fuzz", words, table.options));
  } catch (const Error& error) {
    return require(error.code() == ErrorCode::usage);
  }
  // Given again in the plainest spelling, the same values come out.
  std::vector<std::string> again = {"--text=" + table.text, "--number=" + std::to_string(table.number),
                                    table.flag ? "--flag" : "--no-flag"};
  for (const auto& item : table.list) again.insert(again.end(), {"--list", item});
  again.push_back("--");
  again.insert(again.end(), table.files.begin(), table.files.end());
  Table other;
  apply_layers("fuzz", other.options, parse_arguments("fuzz", again, other.options));
  require(other.text == table.text && other.number == table.number && other.flag == table.flag);
  require(other.list == table.list && other.files == table.files);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_file(text);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    // Arguments hold no NUL.
    words.push_back(text.substr(at, std::min(text.find('\0', at), end) - at));
    at = end + 1;
  }
  check_words(words);
  return 0;
}
