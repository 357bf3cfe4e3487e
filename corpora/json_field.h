// One string out of one line of JSON.
//
//   JsonField field("text");
//   const JsonField::Answer answer = field.find(line);   // line.data() has kPadding readable bytes behind the line
//   if (answer.outcome == JsonField::Outcome::found) use(answer.text);
//
// The whole line is parsed and must be one JSON object. Where a key stands more than once the last one counts, as in
// Python, jq and JavaScript. A name such as "meta.text" reaches into an object unless a field is called just that.
// One object per thread; it keeps the memory that its longest line needed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace quern {

class JsonField {
 public:
  static constexpr std::size_t kPadding = 64;

  enum class Outcome {
    found,
    blank,       // nothing but white space
    bad,         // not JSON, not an object, no such field, not a string
    ill_formed,  // perhaps only because of ill-formed UTF-8 or a lone surrogate: mend_json_line() and try again
  };
  struct Answer {
    Outcome outcome;
    std::string_view text;  // found: valid until the next call
    std::string reason;     // bad
    std::string remedy;
  };

  explicit JsonField(std::string name);
  ~JsonField();
  JsonField(const JsonField&) = delete;

  Answer find(std::string_view line);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::string name_;
};

}  // namespace quern
