// Any bytes as JSON lines: records and damage do not depend on where blocks are cut, records are valid UTF-8 unless
// kept, and a line that a second parser accepts with a string in the field gives exactly that string.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/text/utf8.h"
#include "corpora/json_mend.h"
#include "corpora/text_blocks.h"

namespace {

using quern::OnInvalid;

void require(bool condition) {
  if (!condition) std::abort();
}

struct Result {
  std::vector<std::string> records;
  std::vector<std::uint64_t> lines;
  quern::RecordDamage damage;
};

// Cuts after every `lines_per_block` lines, as a reader with small blocks would.
Result extract_all(std::string_view text, OnInvalid policy, int lines_per_block) {
  quern::RecordFormat format;
  format.records = quern::Records::jsonl;
  format.field = "a";
  format.on_invalid = policy;
  format.on_bad_record = quern::OnBadRecord::skip;
  Result result;
  quern::TextBlock block;
  std::uint64_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    quern::RawBlock raw;
    raw.path = "fuzz";
    raw.first_line = line;
    raw.first_byte = at;
    std::size_t end = at;
    for (int i = 0; i < lines_per_block && end < text.size(); ++i, ++line)
      end = std::min(text.find('\n', end), text.size() - 1) + 1;
    raw.bytes = text.substr(at, end - at);
    raw.ends_unterminated = raw.bytes.back() != '\n';
    at = end;
    quern::extract(raw, format, block);
    for (std::size_t i = 0; i < block.size(); ++i) {
      result.records.emplace_back(block[i]);
      result.lines.push_back(block.line(i));
    }
    result.damage.add(block.damage());
  }
  return result;
}

void check_policy(std::string_view text, OnInvalid policy) {
  const Result one = extract_all(text, policy, 1), all = extract_all(text, policy, 1 << 30);
  require(one.records == all.records && one.lines == all.lines);
  require(one.damage.invalid_sequences == all.damage.invalid_sequences);
  require(one.damage.bad_records == all.damage.bad_records);
  require(one.damage.first_invalid.byte == all.damage.first_invalid.byte);
  require(all.damage.first_invalid.byte <= text.size());
  if (policy == OnInvalid::keep) return;
  for (const std::string& record : all.records) require(quern::utf8::is_valid(record));
}

// The whole input as one line, against nlohmann's parser.
void check_value(std::string_view text) {
  const quern::Json json = quern::Json::parse(text.begin(), text.end(), nullptr, false);
  if (text.find('\n') != text.npos || !json.is_object() || !json.contains("a") || !json["a"].is_string()) return;
  const Result result = extract_all(text, OnInvalid::replace, 1);
  if (result.records.empty()) return;  // simdjson refuses numbers and depths that nlohmann takes
  require(result.records[0] == json["a"].get<std::string>());
}

void check_mending(std::string_view text) {
  const auto kept = quern::mend_json_line(text, quern::Mend::stand_ins);
  const auto replaced = quern::mend_json_line(text, quern::Mend::replace);
  require(quern::utf8::is_valid(kept.text) && quern::utf8::is_valid(replaced.text));
  require(kept.faults == replaced.faults && kept.first == replaced.first);
  require(quern::mend_json_line(replaced.text, quern::Mend::replace).faults == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const OnInvalid policy : {OnInvalid::replace, OnInvalid::skip, OnInvalid::keep}) check_policy(text, policy);
  check_value(text);
  check_mending(text);
  if (text.find_first_of("\n\"\\") == text.npos)
    check_policy("{\"a\":\"" + std::string(text) + "\"}", OnInvalid::replace);
  return 0;
}
