// Users' regular expressions: RE2 where it can (linear time), ICU where the expression looks around, is possessive or
// refers back. Both see the pinned Unicode classes (class_spelling.h).
//
//   const auto engine = RegexEngine::compile("\\s+(?!\\S)|\\S+");
//   if (auto match = engine->find(text, at)) use(match->begin, match->end);
//
// The reference engines' dialect where the two differ: . stops at LF only, ^ and $ are the ends of the text, the leftmost
// alternative wins. Any number of threads may share one engine.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace quern {

struct RegexMatch {
  std::size_t begin, end;
};

class RegexEngine {
 public:
  // Error{usage} with the byte of the source where compiling stopped. `only`: that engine or Error, for tests.
  enum class Choice { automatic, re2, icu };
  static std::unique_ptr<RegexEngine> compile(std::string_view source, Choice choice = Choice::automatic);

  virtual ~RegexEngine() = default;
  // The leftmost match that begins at or behind `from`; text is valid UTF-8. Error{input} naming the expression when it
  // backtracks for more than a few seconds.
  virtual std::optional<RegexMatch> find(std::string_view text, std::size_t from) const = 0;
  virtual const char* name() const = 0;  // "RE2" or "ICU"
};

}  // namespace quern
