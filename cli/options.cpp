#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "cli/suggest.h"
#include "core/error.h"
#include "core/memory.h"

namespace quern::cli {
namespace {

Error expected(const std::string& what) { return Error(ErrorCode::usage, "expected " + what); }

template <class Number>
std::optional<Number> parse_whole(const std::string& text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

// The shortest text that reads back as the same number, in plain digits where that is readable: 0.0001, 5, 1e-09.
std::string number_text(double value) { return fmt::format("{}", value); }

// As it would be typed: 3145728 → "3M".
std::string size_text(std::uint64_t bytes) {
  const std::string units = "KMGT";
  std::size_t unit = 0;
  while (unit < units.size() && bytes % 1024 == 0 && bytes > 0) bytes /= 1024, ++unit;
  return std::to_string(bytes) + (unit > 0 ? units.substr(unit - 1, 1) : std::string());
}

std::string toml_array(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (std::size_t i = 0; i < texts.size(); ++i) out += (i > 0 ? ", " : "") + toml_string(texts[i]);
  return out + "]";
}

bool is_true(const std::string& text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  throw expected("true or false");
}

}  // namespace

const char* name(ValueKind kind) {
  switch (kind) {
    case ValueKind::flag:
      return "flag";
    case ValueKind::text:
      return "text";
    case ValueKind::path:
      return "path";
    case ValueKind::integer:
      return "integer";
    case ValueKind::number:
      return "number";
    case ValueKind::size:
      return "size";
    case ValueKind::choice:
      return "choice";
  }
  return "text";
}

std::string toml_string(const std::string& text) {
  static const char* kHex = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\', out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += std::string("\\u00") + kHex[byte >> 4] + kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string environment_name(const OptionSpec& spec) {
  // Taken by the tests, the benchmarks and run-time dispatch.
  static const std::vector<std::string> kReserved = {"QUERN_DATA", "QUERN_FIXTURES", "QUERN_PEERS", "QUERN_ISA"};
  if (spec.is_action || spec.is_operand) return {};
  std::string variable = "QUERN_";
  for (const char c : spec.name) variable += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return std::count(kReserved.begin(), kReserved.end(), variable) > 0 ? std::string() : variable;
}

Option& Option::at_least(double low) {
  spec_->assign = [assign = spec_->assign, low](const std::string& text) {
    const auto value = parse_whole<double>(text);
    if (value && !(*value >= low)) throw expected("at least " + number_text(low));
    assign(text);
  };
  return *this;
}

Option& Option::between(double low, double high) {
  spec_->assign = [assign = spec_->assign, low, high](const std::string& text) {
    const auto value = parse_whole<double>(text);
    if (value && !(*value >= low && *value <= high)) {
      throw expected("a number from " + number_text(low) + " to " + number_text(high));
    }
    assign(text);
  };
  return *this;
}

Option& Option::as_operand() {
  spec_->value_name = spec_->name;
  spec_->group = "Operands";
  spec_->is_operand = true;
  return *this;
}

OptionSpec& Options::add(OptionSpec spec) {
  for (const auto& other : specs_) {
    const bool same_short = spec.short_name != 0 && other->short_name == spec.short_name;
    const bool negates = (other->kind == ValueKind::flag && spec.name == "no-" + other->name) ||
                         (spec.kind == ValueKind::flag && other->name == "no-" + spec.name);
    if (other->name == spec.name || same_short || negates) {
      throw Error(ErrorCode::internal, "option --" + spec.name + " is declared twice, as --" + other->name + " before");
    }
  }
  specs_.push_back(std::make_unique<OptionSpec>(std::move(spec)));
  return *specs_.back();
}

Option Options::flag(std::string name, bool& target, char short_name) {
  OptionSpec spec;
  spec.short_name = short_name;
  spec.name = std::move(name);
  spec.kind = ValueKind::flag;
  spec.default_text = target ? "true" : "";
  spec.assign = [&target](const std::string& text) { target = is_true(text); };
  spec.current_text = [&target] { return target ? "true" : "false"; };
  return declare(std::move(spec));
}

Option Options::value(char short_name, std::string name, std::string& target, std::string value_name) {
  OptionSpec spec;
  spec.short_name = short_name;
  spec.name = std::move(name);
  spec.value_name = std::move(value_name);
  spec.default_text = target;
  spec.assign = [&target](const std::string& text) { target = text; };
  spec.current_text = [&target] { return target.empty() ? std::string() : toml_string(target); };
  return declare(std::move(spec));
}

Option Options::value(char short_name, std::string name, std::int64_t& target, std::string value_name) {
  OptionSpec spec;
  spec.short_name = short_name;
  spec.name = std::move(name);
  spec.value_name = std::move(value_name);
  spec.kind = ValueKind::integer;
  spec.default_text = std::to_string(target);
  spec.assign = [&target](const std::string& text) {
    const auto value = parse_whole<std::int64_t>(text);
    if (!value) throw expected("a whole number");
    target = *value;
  };
  spec.current_text = [&target] { return std::to_string(target); };
  return declare(std::move(spec));
}

Option Options::value(char short_name, std::string name, double& target, std::string value_name) {
  OptionSpec spec;
  spec.short_name = short_name;
  spec.name = std::move(name);
  spec.value_name = std::move(value_name);
  spec.kind = ValueKind::number;
  spec.default_text = number_text(target);
  spec.assign = [&target](const std::string& text) {
    const auto value = parse_whole<double>(text);
    if (!value || !std::isfinite(*value)) throw expected("a number");
    target = *value;
  };
  spec.current_text = [&target] { return number_text(target); };
  return declare(std::move(spec));
}

Option Options::value(char short_name, std::string name, std::vector<std::string>& target, std::string value_name) {
  OptionSpec spec;
  spec.short_name = short_name;
  spec.name = std::move(name);
  spec.value_name = std::move(value_name);
  spec.is_list = true;
  for (const auto& text : target) spec.default_text += (spec.default_text.empty() ? "" : " ") + text;
  spec.assign = [&target](const std::string& text) { target.push_back(text); };
  spec.clear = [&target] { target.clear(); };
  spec.current_text = [&target] { return toml_array(target); };
  return declare(std::move(spec));
}

Option Options::size(std::string name, std::uint64_t& target, std::string value_name) {
  OptionSpec spec;
  spec.name = std::move(name);
  spec.value_name = std::move(value_name);
  spec.kind = ValueKind::size;
  spec.default_text = target == 0 ? std::string() : size_text(target);
  spec.assign = [&target](const std::string& text) {
    try {
      target = parse_size(text);
    } catch (const Error&) {
      throw expected("a size such as 512M, 24G or 80%");
    }
  };
  spec.current_text = [&target] { return target == 0 ? std::string() : std::to_string(target); };
  return declare(std::move(spec));
}

Option Options::choice_by_index(std::string name, std::vector<std::string> names, std::function<void(std::size_t)> set,
                                std::function<std::size_t()> get) {
  OptionSpec spec;
  spec.name = std::move(name);
  spec.kind = ValueKind::choice;
  spec.choices = names;
  spec.default_text = get() < names.size() ? names[get()] : std::string();
  spec.assign = [names, set](const std::string& text) {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) {
      Error error = expected(alternatives(names));
      const std::string meant = nearest(text, names);
      if (!meant.empty()) error.remedy("did you mean " + meant + "?");
      throw error;
    }
    set(static_cast<std::size_t>(found - names.begin()));
  };
  spec.current_text = [names, get] { return get() < names.size() ? toml_string(names[get()]) : std::string(); };
  return declare(std::move(spec));
}

Option Options::operands(std::string value_name, std::vector<std::string>& target) {
  return value(std::move(value_name), target, {}).as_operand();
}

Option Options::operand(std::string value_name, std::string& target) {
  return value(std::move(value_name), target, {}).as_operand();
}

void Options::run_checks() const {
  for (const auto& rule : rules_) rule();
}

OptionSpec* Options::find(const std::string& name) const {
  for (const auto& spec : specs_) {
    if (!spec->is_operand && spec->name == name) return spec.get();
  }
  return nullptr;
}

bool Options::was_set(const std::string& name) const {
  const OptionSpec* spec = find(name);
  return spec != nullptr && spec->origin != Origin::standard;
}

}  // namespace quern::cli
