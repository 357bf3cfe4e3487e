// Any bytes are either one JSON value that survives a round trip or an Error{format} with a place inside the text; what
// is accepted, the library's own parser accepts too. Any bytes written as a JSON string read back as what they are.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "core/json.h"
#include "core/text/utf8.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check_value(std::string_view text) {
  try {
    const quern::Json json = quern::parse_json(text, "fuzz");
    require(quern::Json::accept(text));
    require(quern::parse_json(json.dump(), "fuzz").dump() == json.dump());
  } catch (const quern::Error& error) {
    require(error.code() == quern::ErrorCode::format);
    require(error.where().byte <= text.size() && error.where().line >= 1);
  }
}

void check_string(std::string_view text) {
  std::string literal;
  quern::append_json_string(literal, text);
  require(quern::parse_json(literal, "fuzz").get<std::string>() == quern::utf8::replace_invalid(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_value(text);
  check_string(text);
  return 0;
}
