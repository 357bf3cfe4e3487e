#include "cli/window_format.h"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/number_text.h"
#include "cli/suggest.h"
#include "core/error.h"
#include "core/json.h"

namespace quern::cli {
namespace {

constexpr std::array<std::pair<const char*, WindowField>, 8> kFields = {{{"ids", WindowField::ids},
                                                                         {"tokens", WindowField::tokens},
                                                                         {"offsets", WindowField::offsets},
                                                                         {"type_ids", WindowField::type_ids},
                                                                         {"attention_mask", WindowField::attention_mask},
                                                                         {"special_mask", WindowField::special_mask},
                                                                         {"words", WindowField::words},
                                                                         {"sequences", WindowField::sequences}}};

const char* name(WindowField field) {
  return std::find_if(kFields.begin(), kFields.end(), [&](const auto& one) { return one.second == field; })->first;
}

// Items with a separator between them.
template <class List, class Append>
void append_list(std::string& out, const List& list, char separator, Append append) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out.push_back(separator);
    append(list[i]);
  }
}

template <class Integer>
void append_numbers(std::string& out, const std::vector<Integer>& numbers, char separator) {
  append_list(out, numbers, separator, [&](Integer number) { append_number(out, static_cast<std::int64_t>(number)); });
}

void append_field(std::string& out, const Window& window, WindowField field, const Tokenizer& tokenizer) {
  switch (field) {
    case WindowField::ids:
      return append_numbers(out, window.ids, ',');
    case WindowField::tokens:
      return append_list(out, window.ids, ',', [&](TokenId id) { append_json_string(out, tokenizer.token(id)); });
    case WindowField::offsets:
      return append_list(out, window.offsets, ',', [&](const Offsets& offsets) {
        out.push_back('['), append_number(out, offsets.first);
        out.push_back(','), append_number(out, offsets.second), out.push_back(']');
      });
    case WindowField::type_ids:
      return append_numbers(out, window.type_ids, ',');
    case WindowField::attention_mask:
      return append_numbers(out, window.attention_mask, ',');
    case WindowField::special_mask:
      return append_numbers(out, window.special_mask, ',');
    case WindowField::words:
      return append_numbers(out, window.words, ',');
    case WindowField::sequences:
      return append_numbers(out, window.sequences, ',');
  }
}

// {"ids":[…],"type_ids":[…]} without the closing brace.
void append_object(std::string& out, const Window& window, const Tokenizer& tokenizer, const WindowStyle& style) {
  out.push_back('{');
  append_list(out, style.fields, ',', [&](WindowField field) {
    out.append("\"").append(name(field)).append("\":[");
    append_field(out, window, field, tokenizer);
    out.push_back(']');
  });
}

void append_json(std::string& out, std::span<const Window> windows, const Tokenizer& tokenizer, const WindowStyle& style) {
  append_object(out, windows[0], tokenizer, style);
  if (style.overflow) {
    out += ",\"overflow\":[";
    append_list(out, windows.subspan(1), ',', [&](const Window& window) {
      append_object(out, window, tokenizer, style);
      out.push_back('}');
    });
    out.push_back(']');
  }
  out += "}\n";
}

void append_window(std::string& out, const Window& window, const Tokenizer& tokenizer, EncodingForm form) {
  switch (form) {
    case EncodingForm::ids:
      append_numbers(out, window.ids, ' '), out.push_back('\n');
      break;
    case EncodingForm::tokens:
      append_list(out, window.ids, ' ', [&](TokenId id) { out += tokenizer.token(id); });
      out.push_back('\n');
      break;
    case EncodingForm::offsets:
      append_list(out, window.offsets, ' ', [&](const Offsets& offsets) {
        append_number(out, offsets.first), out.push_back(':'), append_number(out, offsets.second);
      });
      out.push_back('\n');
      break;
    case EncodingForm::u16:
      append_words<std::uint16_t>(out, window.ids);
      break;
    case EncodingForm::u32:
    case EncodingForm::npy:
      append_words<std::uint32_t>(out, window.ids);
      break;
    case EncodingForm::jsonl:
    case EncodingForm::count:
      break;
  }
}

// Code points before each byte of a text, and before its end.
std::vector<std::size_t> characters_of(std::string_view text) {
  std::vector<std::size_t> before(text.size() + 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ends = i + 1 == text.size() || (static_cast<unsigned char>(text[i + 1]) & 0xC0) != 0x80;
    before[i + 1] = before[i] + (ends ? 1 : 0);
  }
  return before;
}

void count_characters(std::span<Window> windows, std::span<const std::string_view> texts) {
  std::vector<std::vector<std::size_t>> before;
  for (const std::string_view text : texts) before.push_back(characters_of(text));
  for (Window& window : windows) {
    for (std::size_t i = 0; i < window.size(); ++i) {
      if (window.sequences[i] < 0) continue;
      const auto& characters = before[static_cast<std::size_t>(window.sequences[i])];
      auto& [begin, end] = window.offsets[i];
      begin = characters[begin], end = characters[end];
    }
  }
}

}  // namespace

std::vector<WindowField> parse_window_fields(const std::string& list) {
  std::vector<std::string> names;
  for (const auto& [name, field] : kFields) names.emplace_back(name);
  std::vector<WindowField> fields;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string wanted = list.substr(begin, end - begin);
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (found == names.end()) {
      Error error(ErrorCode::usage, "\"" + wanted + "\" is none of the fields " + alternatives(names));
      const std::string meant = nearest(wanted, names);
      if (!meant.empty()) error.remedy("did you mean " + meant + "?");
      throw error;
    }
    const WindowField field = kFields[static_cast<std::size_t>(found - names.begin())].second;
    if (std::find(fields.begin(), fields.end(), field) != fields.end()) {
      throw Error(ErrorCode::usage, "the field \"" + wanted + "\" is named twice");
    }
    fields.push_back(field);
    begin = end + 1;
  }
  return fields;
}

WindowEncoder::WindowEncoder(const Tokenizer& tokenizer, EncodeOptions options, const WindowStyle& style)
    : encoder_(tokenizer, std::move(options)), char_offsets_(style.char_offsets), pairs_(style.pairs) {}

std::vector<Window> WindowEncoder::encode(std::string_view record, std::uint64_t number) {
  encoder_.number_next(number);
  std::vector<std::string_view> texts = {record};
  if (pairs_) {
    const std::size_t tab = record.find('\t');
    if (tab == record.npos) throw Error(ErrorCode::input, "no tab between two texts");
    if (record.find('\t', tab + 1) != record.npos) throw Error(ErrorCode::input, "more than two texts with tabs between");
    texts = {record.substr(0, tab), record.substr(tab + 1)};
  }
  std::vector<Window> windows = pairs_ ? encoder_.windows(texts[0], texts[1]) : encoder_.windows(record);
  if (char_offsets_) count_characters(windows, texts);
  return windows;
}

std::uint64_t append_windows(std::string& out, std::span<const Window> windows, const Tokenizer& tokenizer,
                             const WindowStyle& style) {
  if (style.form == EncodingForm::jsonl) append_json(out, windows, tokenizer, style);
  std::uint64_t ids = 0;
  for (const Window& window : windows) {
    append_window(out, window, tokenizer, style.form);
    ids += window.size();
  }
  return ids;
}

}  // namespace quern::cli
