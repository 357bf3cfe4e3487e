#include "cli/encoding_format.h"

#include "cli/number_text.h"
#include "core/json.h"
#include "core/text/utf8.h"

namespace quern::cli {
namespace {

// Text for a terminal: control characters as their pictures, so that a record cannot steer it.
void append_visible(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      utf8::append(out, byte == 0x7F ? 0x2421 : 0x2400 + byte);
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace

EncodingFormatter::EncodingFormatter(const Tokenizer& tokenizer, EncodeOptions options, EncodingStyle style)
    : tokenizer_(tokenizer), encoder_(tokenizer, std::move(options)), style_(style) {}

std::uint64_t EncodingFormatter::append(std::string_view record, std::uint64_t number, std::string& out) {
  if (style_.nbest > 0) return append_nbest(record, out);
  encoding_.clear();
  encoder_.number_next(number);
  const bool wants_offsets = style_.form == EncodingForm::offsets || style_.form == EncodingForm::jsonl ||
                             style_.form == EncodingForm::tokens;
  wants_offsets ? encoder_.encode(record, encoding_) : encoder_.encode(record, encoding_.ids);
  if (wants_offsets && style_.char_offsets && style_.form != EncodingForm::tokens) count_characters(record);
  append_encoding(record, out);
  return encoding_.ids.size();
}

std::uint64_t EncodingFormatter::append_nbest(std::string_view record, std::string& out) {
  std::uint64_t ids = 0;
  const bool as_list = style_.form == EncodingForm::jsonl;
  if (as_list) out += "{\"nbest\":[";
  bool is_first = true;
  for (ScoredEncoding& one : encoder_.nbest(record, style_.nbest)) {
    encoding_ = std::move(one.encoding);
    ids += encoding_.ids.size();
    if (style_.char_offsets) count_characters(record);
    if (!as_list) {
      append_encoding(record, out);
      continue;
    }
    out += is_first ? "{\"score\":" : ",{\"score\":";
    append_number(out, one.score);
    out.push_back(',');
    append_json(out);
    out.push_back('}');
    is_first = false;
  }
  if (as_list) out += "]}\n";
  return ids;
}

void EncodingFormatter::append_encoding(std::string_view record, std::string& out) const {
  switch (style_.form) {
    case EncodingForm::ids:
      append_numbers(out, ' '), out.push_back('\n');
      break;
    case EncodingForm::tokens:
      style_.color ? append_colored(record, out) : append_tokens(out);
      break;
    case EncodingForm::offsets:
      append_offsets(out);
      break;
    case EncodingForm::jsonl:
      out.push_back('{');
      append_json(out);
      out += "}\n";
      break;
    case EncodingForm::u16:
      append_words<std::uint16_t>(out, encoding_.ids);
      break;
    case EncodingForm::u32:
    case EncodingForm::npy:
      append_words<std::uint32_t>(out, encoding_.ids);
      break;
    case EncodingForm::count:
      break;
  }
}

void EncodingFormatter::append_numbers(std::string& out, char separator) const {
  for (std::size_t i = 0; i < encoding_.ids.size(); ++i) {
    if (i > 0) out.push_back(separator);
    append_number(out, encoding_.ids[i]);
  }
}

// Calls take(position, text): as the vocabulary spells the token, or as the text does.
template <class Take>
void EncodingFormatter::for_each_token(Take take) const {
  auto surface = encoding_.surfaces.begin();
  for (std::size_t i = 0; i < encoding_.ids.size(); ++i) {
    const bool is_shown = surface != encoding_.surfaces.end() && surface->token == i;
    take(i, is_shown ? std::string_view((surface++)->text) : tokenizer_.token(encoding_.ids[i]));
  }
}

void EncodingFormatter::append_tokens(std::string& out) const {
  for_each_token([&](std::size_t i, std::string_view token) {
    if (i > 0) out.push_back(' ');
    out += token;
  });
  out.push_back('\n');
}

void EncodingFormatter::append_offsets(std::string& out) const {
  for (std::size_t i = 0; i < encoding_.offsets.size(); ++i) {
    if (i > 0) out.push_back(' ');
    append_number(out, encoding_.offsets[i].first);
    out.push_back(':');
    append_number(out, encoding_.offsets[i].second);
  }
  out.push_back('\n');
}

void EncodingFormatter::append_json(std::string& out) const {
  out += "\"ids\":[";
  append_numbers(out, ',');
  out += "],\"tokens\":[";
  for_each_token([&](std::size_t i, std::string_view token) {
    if (i > 0) out.push_back(',');
    append_json_string(out, token);
  });
  out += "],\"offsets\":[";
  for (std::size_t i = 0; i < encoding_.offsets.size(); ++i) {
    if (i > 0) out.push_back(',');
    out.push_back('[');
    append_number(out, encoding_.offsets[i].first);
    out.push_back(',');
    append_number(out, encoding_.offsets[i].second);
    out.push_back(']');
  }
  out.push_back(']');
}

// Tokens that share a character show as one: there is nothing between them to see.
void EncodingFormatter::append_colored(std::string_view record, std::string& out) const {
  static constexpr std::string_view kGrounds[] = {"\x1b[30;46m", "\x1b[30;43m"};
  std::size_t shown = 0, ground = 0;
  for (const auto& [begin, end] : encoding_.offsets) {
    if (end <= shown) continue;
    if (begin > shown) append_visible(out, record.substr(shown, begin - shown)), shown = begin;
    out += kGrounds[ground ^= 1];
    append_visible(out, record.substr(shown, end - shown));
    out += "\x1b[0m";
    shown = end;
  }
  append_visible(out, record.substr(shown));
  out.push_back('\n');
}

void EncodingFormatter::count_characters(std::string_view record) {
  characters_.resize(record.size() + 1);
  std::size_t count = 0;
  for (std::size_t i = 0; i < record.size(); ++i) {
    characters_[i] = count;
    const bool ends = i + 1 == record.size() || (static_cast<unsigned char>(record[i + 1]) & 0xC0) != 0x80;
    if (ends) ++count;
  }
  characters_[record.size()] = count;
  for (auto& [begin, end] : encoding_.offsets) begin = characters_[begin], end = characters_[end];
}

}  // namespace quern::cli
