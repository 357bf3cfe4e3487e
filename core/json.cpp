#include "core/json.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern {
namespace {

using Members = Json::object_t::Container;  // a vector of key and value

constexpr std::size_t kDeepest = 256;

[[noreturn]] void fail(std::string_view text, std::size_t byte, const std::string& path, const std::string& message) {
  byte = std::min(byte, text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n');
  throw Error(ErrorCode::format, message).at(path, static_cast<std::uint64_t>(line), byte);
}

// Walks the text and leaves its position where the event handler can see it: the library reports none for keys.
class Cursor {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** seen) : at_(at), seen_(seen) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() { return *seen_ = ++at_, *this; }
  Cursor operator++(int) {
    const Cursor old = *this;
    ++*this;
    return old;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** seen_;
};

// The keys of one object under construction. Few keys are compared one by one, many through an open-addressing table
// of positions, so that a vocabulary of 250,000 entries costs no more per key than a small one.
class KeySet {
 public:
  // True when `key`, which is to become the last member, is new.
  bool add(const Members& members, const std::string& key) {
    if (members.size() < kScanned) {
      return std::none_of(members.begin(), members.end(), [&](const auto& member) { return member.first == key; });
    }
    if (2 * (members.size() + 1) > table_.size()) grow(members);
    std::uint32_t& entry = find(members, key);
    return entry == kEmpty && (entry = static_cast<std::uint32_t>(members.size()), true);
  }

 private:
  static constexpr std::size_t kScanned = 8;
  static constexpr std::uint32_t kEmpty = ~0u;

  std::uint32_t& find(const Members& members, const std::string& key) {
    const std::size_t mask = table_.size() - 1;
    std::size_t i = std::hash<std::string>{}(key)&mask;
    while (table_[i] != kEmpty && members[table_[i]].first != key) i = (i + 1) & mask;
    return table_[i];
  }

  void grow(const Members& members) {
    table_.assign(std::max<std::size_t>(8 * kScanned, 2 * table_.size()), kEmpty);
    for (std::size_t i = 0; i < members.size(); ++i) find(members, members[i].first) = static_cast<std::uint32_t>(i);
  }

  std::vector<std::uint32_t> table_;  // a power of two, at most half full
};

// Builds the value from the parser's events. The library's own builder looks every key up by a linear scan, keeps the
// last of two equal ones and knows no depth limit.
class Builder {
 public:
  Builder(std::string_view text, const std::string& path, const char* const& seen, DecimalReading read_decimal)
      : text_(text), path_(path), seen_(seen), read_decimal_(read_decimal) {}

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(std::int64_t value) { return put(value); }
  bool number_unsigned(std::uint64_t value) { return put(value); }
  bool number_float(double value, const std::string& text) { return put(read_decimal_ != nullptr ? read_decimal_(text, value) : value); }
  bool string(std::string& value) { return put(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // not in JSON text

  bool start_object(std::size_t) { return open(Json::object()); }
  bool end_object() { return open_.pop_back(), true; }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_array() { return open_.pop_back(), true; }

  bool key(std::string& key) {
    Members& members = object();
    if (!open_.back().keys.add(members, key)) fail_here("duplicate key " + quoted(key));
    return members.emplace_back(std::move(key), nullptr), true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) {
    fail(text_, byte == 0 ? 0 : byte - 1, path_, describe(error));
  }

  Json take() { return std::move(root_); }

 private:
  struct Open {
    Json* value;
    KeySet keys;
  };

  Json::object_t& object() { return open_.back().value->get_ref<Json::object_t&>(); }

  // Where the next value belongs. Only the innermost container grows, so the pointers in open_ stay good.
  template <class Value>
  Json& place(Value&& value) {
    if (open_.empty()) return root_ = std::forward<Value>(value);
    if (open_.back().value->is_object()) return object().back().second = std::forward<Value>(value);
    return open_.back().value->get_ref<Json::array_t&>().emplace_back(std::forward<Value>(value));
  }

  template <class Value>
  bool put(Value&& value) {
    return place(std::forward<Value>(value)), true;
  }

  bool open(Json&& container) {
    if (open_.size() == kDeepest) fail_here("JSON nested deeper than " + std::to_string(kDeepest));
    Json& placed = place(std::move(container));
    return open_.push_back({&placed, {}}), true;
  }

  [[noreturn]] void fail_here(const std::string& message) {
    fail(text_, static_cast<std::size_t>(seen_ - text_.data()) - 1, path_, message);
  }

  static std::string quoted(const std::string& key) {
    constexpr std::size_t kShown = 64;
    std::string out;
    append_json_string(out, std::string_view(key).substr(0, kShown));
    return key.size() > kShown ? out + "…" : out;
  }

  // "[json.exception…] parse error at line 1, column 2: syntax error while parsing value - WHAT; last read: 'X';
  // expected Y": WHAT is what we pass on, and Y when no piece of the file stands before it.
  static std::string describe(const nlohmann::detail::exception& error) {
    if (error.id == 406) return "number out of range";
    std::string what = error.what();
    if (const auto dash = what.find(" - "); dash != std::string::npos) what.erase(0, dash + 3);
    if (const auto read = what.find("; last read: "); read != std::string::npos) what.erase(read);
    if (const auto expected = what.find("; expected "); expected != std::string::npos) what[expected] = ',';
    return "not valid JSON: " + what;
  }

  std::string_view text_;
  const std::string& path_;
  const char* const& seen_;
  DecimalReading read_decimal_;
  Json root_;
  std::vector<Open> open_;
};

constexpr auto kEscapes = [] {
  std::array<char, 256> escapes{};  // 0: as it is; 'u': \u00XX; else the letter behind the backslash
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b', escapes['\f'] = 'f', escapes['\n'] = 'n', escapes['\r'] = 'r', escapes['\t'] = 't';
  escapes['"'] = '"', escapes['\\'] = '\\';
  return escapes;
}();

}  // namespace

Json parse_json(std::string_view text, const std::string& path, DecimalReading read_decimal) {
  if (const std::size_t valid = utf8::valid_prefix(text); valid != text.size()) {
    fail(text, valid, path, "not valid UTF-8");
  }
  // The library takes a NUL for the end of its input.
  if (const std::size_t nul = text.find('\0'); nul != text.npos) fail(text, nul, path, "not valid JSON: a NUL byte");
  const char* seen = text.data();
  Builder builder(text, path, seen, read_decimal);
  Json::sax_parse(Cursor(text.data(), &seen), Cursor(text.data() + text.size(), &seen), &builder);
  return builder.take();
}

void append_json_string(std::string& out, std::string_view text) {
  std::string replaced;
  if (!utf8::is_valid(text)) text = replaced = utf8::replace_invalid(text);
  out.push_back('"');
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes[byte];
    if (escape == 0) continue;
    out.append(text, begin, i - begin);
    begin = i + 1;
    out.push_back('\\');
    out.push_back(escape);
    if (escape == 'u') out.append("00").append(1, "01"[byte >> 4]).append(1, "0123456789abcdef"[byte & 15]);
  }
  out.append(text, begin).push_back('"');
}

}  // namespace quern
