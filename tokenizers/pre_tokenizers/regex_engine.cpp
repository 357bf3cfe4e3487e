#include "tokenizers/pre_tokenizers/regex_engine.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <unicode/regex.h>

#include <mutex>
#include <vector>

#include "core/error.h"
#include "tokenizers/pre_tokenizers/class_spelling.h"

namespace quern {
namespace {

class Re2Engine final : public RegexEngine {
 public:
  explicit Re2Engine(const std::string& spelled) : regex_(spelled, options()) {}
  bool ok() const { return regex_.ok(); }

  std::optional<RegexMatch> find(std::string_view text, std::size_t from) const override {
    re2::StringPiece match;
    if (!regex_.Match({text.data(), text.size()}, from, text.size(), RE2::UNANCHORED, &match, 1)) return std::nullopt;
    const std::size_t begin = static_cast<std::size_t>(match.data() - text.data());
    return RegexMatch{begin, begin + match.size()};
  }
  const char* name() const override { return "RE2"; }

 private:
  static RE2::Options options() {
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(std::int64_t{64} << 20);  // Unicode classes spelled out are large automata
    return options;
  }
  RE2 regex_;
};

class IcuEngine final : public RegexEngine {
 public:
  IcuEngine(std::string_view source, const SpelledRegex& spelled) : source_(source) {
    UErrorCode status = U_ZERO_ERROR;
    UParseError where{};
    const auto text = icu::UnicodeString::fromUTF8(spelled.text);
    pattern_.reset(icu::RegexPattern::compile(text, UREGEX_UNIX_LINES, where, status));
    if (U_SUCCESS(status)) return;
    throw Error(ErrorCode::usage, fmt::format("the regular expression \"{}\" does not compile: {} at byte {}", source,
                                              u_errorName(status), origin(spelled, where)))
        .remedy("check its brackets, braces and escapes there");
  }

  std::optional<RegexMatch> find(std::string_view text, std::size_t from) const override {
    const Lease lease(*this);
    UErrorCode status = U_ZERO_ERROR;
    UText input = UTEXT_INITIALIZER;
    utext_openUTF8(&input, text.data(), static_cast<std::int64_t>(text.size()), &status);
    icu::RegexMatcher& matcher = *lease.matcher;
    matcher.reset(&input);
    const bool found = matcher.find(static_cast<std::int64_t>(from), status);
    RegexMatch match{0, 0};
    if (found && U_SUCCESS(status)) {
      match.begin = static_cast<std::size_t>(matcher.start64(status));
      match.end = static_cast<std::size_t>(matcher.end64(status));
    }
    utext_close(&input);
    if (U_FAILURE(status)) fail(status);
    if (!found) return std::nullopt;
    return match;
  }
  const char* name() const override { return "ICU"; }

 private:
  // A matcher is state of one search; they are kept for the next one.
  struct Lease {
    explicit Lease(const IcuEngine& owner) : engine(owner), matcher(owner.take()) {}
    Lease(const Lease&) = delete;
    ~Lease() {
      const std::lock_guard lock(engine.mutex_);
      engine.idle_.push_back(std::move(matcher));
    }
    const IcuEngine& engine;
    std::unique_ptr<icu::RegexMatcher> matcher;
  };

  std::unique_ptr<icu::RegexMatcher> take() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto matcher = std::move(idle_.back());
        idle_.pop_back();
        return matcher;
      }
    }
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::RegexMatcher> matcher(pattern_->matcher(status));
    if (U_SUCCESS(status)) matcher->setTimeLimit(kTimeLimit, status);
    if (U_FAILURE(status)) fail(status);
    return matcher;
  }

  [[noreturn]] void fail(UErrorCode status) const {
    if (status == U_REGEX_TIME_OUT || status == U_REGEX_STACK_OVERFLOW) {
      throw Error(ErrorCode::input, fmt::format("the regular expression \"{}\" backtracks without end on this text", source_))
          .remedy("avoid repetitions of repetitions in it");
    }
    throw Error(ErrorCode::internal, fmt::format("ICU cannot run \"{}\": {}", source_, u_errorName(status)));
  }

  // ICU counts the code points of the line it stopped in.
  static std::uint32_t origin(const SpelledRegex& spelled, const UParseError& where) {
    std::size_t index = 0;
    int line = 1;
    for (std::size_t i = 0, point = 0; i < spelled.text.size() && line < where.line; ++i) {
      if ((static_cast<unsigned char>(spelled.text[i]) & 0xC0) != 0x80) ++point;
      if (spelled.text[i] == '\n') {
        ++line;
        index = point;
      }
    }
    index += static_cast<std::size_t>(where.offset > 0 ? where.offset - 1 : 0);
    return spelled.origin[std::min(index, spelled.origin.size() - 1)];
  }

  static constexpr std::int32_t kTimeLimit = 5000;  // ICU's unit, about a millisecond

  std::string source_;
  std::unique_ptr<icu::RegexPattern> pattern_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<icu::RegexMatcher>> idle_;
};

}  // namespace

std::unique_ptr<RegexEngine> RegexEngine::compile(std::string_view source, Choice choice) {
  if (choice != Choice::icu) {
    if (const auto spelled = spell_out_classes(source, RegexFlavor::re2)) {
      auto engine = std::make_unique<Re2Engine>(spelled->text);
      if (engine->ok()) return engine;
    }
    if (choice == Choice::re2) {
      throw Error(ErrorCode::usage, fmt::format("RE2 cannot run the regular expression \"{}\"", source));
    }
  }
  return std::make_unique<IcuEngine>(source, *spell_out_classes(source, RegexFlavor::icu));
}

}  // namespace quern
