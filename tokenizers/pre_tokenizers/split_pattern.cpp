#include "tokenizers/pre_tokenizers/split_pattern.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "tokenizers/pre_tokenizers/regex_engine.h"
#include "tokenizers/pre_tokenizers/scanners.h"

namespace quern {
namespace {

using Kind = SplitPattern::Kind;

struct Published {
  Kind kind;
  const char* source;
};

// The first of a kind is how we write it; the others are older or later spellings that cut at the same places.
constexpr Published kPublished[] = {
    {Kind::gpt2, R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    {Kind::gpt2, R"('s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}]+| ?[\p{N}]+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    {Kind::gpt2, R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    {Kind::gpt2, R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)"},
    // tiktoken's own spelling is the second: Hugging Face's engine reads {1,3}+ as a repetition and $ as the end of a line.
    {Kind::cl100k,
     R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+\z|\s*[\r\n]|\s+(?!\S)|\s)"},
    {Kind::cl100k,
     R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)"},
    {Kind::cl100k_hf,
     R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    {Kind::cl100k_hf,
     R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)"},
    {Kind::o200k,
     R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
     R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
     R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
};

constexpr Kind kNamed[] = {Kind::gpt2, Kind::cl100k, Kind::cl100k_hf, Kind::o200k};

Splitter::Scanner scanner_of(Kind kind) {
  switch (kind) {
    case Kind::gpt2: return scanners::gpt2;
    case Kind::cl100k: return scanners::cl100k;
    case Kind::cl100k_hf: return scanners::cl100k_hf;
    case Kind::o200k: return scanners::o200k;
    case Kind::literal:
    case Kind::regex: break;
  }
  return nullptr;
}

}  // namespace

const char* name(SplitPattern::Kind kind) {
  switch (kind) {
    case Kind::gpt2: return "gpt2";
    case Kind::cl100k: return "cl100k";
    case Kind::cl100k_hf: return "cl100k-hf";
    case Kind::o200k: return "o200k";
    case Kind::literal: return "literal";
    case Kind::regex: return "regex";
  }
  return "?";
}

SplitPattern SplitPattern::named(std::string_view name) {
  for (const Published& published : kPublished) {
    if (name == quern::name(published.kind)) return {published.kind, published.source};
  }
  throw Error(ErrorCode::usage, fmt::format("unknown split pattern \"{}\"", name))
      .remedy(fmt::format("known are {}; anything else is given as a regular expression", fmt::join(names(), ", ")));
}

SplitPattern SplitPattern::from_regex(std::string_view source) {
  for (const Published& published : kPublished) {
    if (source != published.source) continue;
    // tiktoken's cl100k would mean something else to Hugging Face: it is kept in the spelling that both read alike.
    return published.kind == Kind::cl100k ? named("cl100k") : SplitPattern{published.kind, std::string(source)};
  }
  return {Kind::regex, std::string(source)};
}

SplitPattern SplitPattern::from_literal(std::string_view text) { return {Kind::literal, std::string(text)}; }

const std::vector<std::string>& SplitPattern::names() {
  static const std::vector<std::string> list = [] {
    std::vector<std::string> names;
    for (const Kind kind : kNamed) names.emplace_back(quern::name(kind));
    return names;
  }();
  return list;
}

struct Splitter::Engine {
  Kind kind;
  Scanner scanner;                     // named patterns
  std::string literal;                 // Kind::literal
  std::unique_ptr<RegexEngine> regex;  // Kind::regex

  std::optional<RegexMatch> find(std::string_view text, std::size_t from) const {
    if (regex) return regex->find(text, from);
    const std::size_t begin = text.find(literal, from);
    if (begin == text.npos) return std::nullopt;
    return RegexMatch{begin, begin + literal.size()};
  }
};

Splitter::Splitter(const SplitPattern& pattern)
    : engine_(new Engine{pattern.kind, scanner_of(pattern.kind), {}, nullptr}) {
  if (pattern.kind == Kind::literal) {
    if (pattern.source.empty()) throw Error(ErrorCode::usage, "a text cannot be split at the empty string");
    engine_->literal = pattern.source;
  } else if (pattern.kind == Kind::regex) {
    engine_->regex = RegexEngine::compile(pattern.source);
  }
}
Splitter::~Splitter() = default;
Splitter::Splitter(Splitter&&) noexcept = default;

Piece Splitter::next(std::string_view text, std::size_t at) const {
  if (engine_->scanner != nullptr) {
    const char* p = text.data() + at;
    return {static_cast<std::size_t>(engine_->scanner(p, text.data() + text.size()) - p), true};
  }
  auto match = engine_->find(text, at);
  if (match && match->begin == at && match->end == at) {
    // An empty match here: the stretch up to the next one is a piece.
    std::size_t behind = at + 1;
    while (behind < text.size() && (static_cast<unsigned char>(text[behind]) & 0xC0) == 0x80) ++behind;
    match = engine_->find(text, behind);
  }
  if (!match) return {text.size() - at, false};
  if (match->begin == at) return {match->end - at, true};
  return {match->begin - at, false};
}

Splitter::Scanner Splitter::scanner() const { return engine_->scanner; }
SplitPattern::Kind Splitter::kind() const { return engine_->kind; }

}  // namespace quern
