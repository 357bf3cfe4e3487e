#include "tokenizers/decoders/decoder_step.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/error.h"
#include "core/text/utf8.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/pre_tokenizers/regex_engine.h"

namespace quern {
namespace {

// The end of the character that begins at `at`.
std::size_t behind_character(std::string_view text, std::size_t at) {
  do ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

// An empty text is found between all characters and at both ends.
void append_replaced(std::string& out, std::string_view text, std::string_view what, std::string_view by) {
  std::size_t at = 0;
  for (std::size_t found; (found = text.find(what, at)) != text.npos;) {
    out.append(text, at, found - at).append(by);
    at = found + what.size();
    if (!what.empty()) continue;
    if (at == text.size()) return;
    const std::size_t next = behind_character(text, at);
    out.append(text, at, next - at);
    at = next;
  }
  out.append(text, at);
}

// The English spacing rules of WordPiece and CTC, one after the other as they may feed each other.
void clean_spacing(std::string& text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kRules = {{{" .", "."},
                                                                                           {" ?", "?"},
                                                                                           {" !", "!"},
                                                                                           {" ,", ","},
                                                                                           {" ' ", "'"},
                                                                                           {" n't", "n't"},
                                                                                           {" 'm", "'m"},
                                                                                           {" do not", " don't"},
                                                                                           {" 's", "'s"},
                                                                                           {" 've", "'ve"},
                                                                                           {" 're", "'re"}}};
  // Most tokens have none of these in them: one look at what stands behind each space tells.
  bool applies = false;
  for (std::size_t at = text.find(' '); at != text.npos && !applies; at = text.find(' ', at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at);
    applies = rest.size() > 1 && std::string_view(".?!,'nd").find(rest[1]) != std::string_view::npos &&
              std::any_of(kRules.begin(), kRules.end(), [&](const auto& rule) { return rest.starts_with(rule.first); });
  }
  if (!applies) return;
  for (const auto& [what, by] : kRules) {
    std::string cleaned;
    append_replaced(cleaned, text, what, by);
    text.swap(cleaned);
  }
}

// All bytes in one token; a token that does not spell bytes stands for its own.
class ByteLevelStep final : public DecoderStep {
  void apply(const TokenList& in, TokenList& out) const override {
    std::string bytes;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const auto unspelled = byte_level::unspell(in[i]);
      bytes += unspelled ? std::string_view(*unspelled) : in[i];
    }
    out.add(utf8::replace_invalid(bytes));
  }
};

class WordPieceStep final : public DecoderStep {
 public:
  explicit WordPieceStep(WordPieceDecoder settings) : settings_(std::move(settings)) {}
  void apply(const TokenList& in, TokenList& out) const override {
    std::string token;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const bool continues = i > 0 && in[i].starts_with(settings_.prefix);
      token.assign(i > 0 && !continues ? " " : "").append(in[i].substr(continues ? settings_.prefix.size() : 0));
      if (settings_.cleanup) clean_spacing(token);
      out.add(token);
    }
  }

 private:
  const WordPieceDecoder settings_;
};

class MetaspaceStep final : public DecoderStep {
 public:
  explicit MetaspaceStep(const MetaspaceDecoder& settings)
      : keeps_first_(settings.prepend_scheme == PrependScheme::never) {
    utf8::append(replacement_, settings.replacement);
  }
  void apply(const TokenList& in, TokenList& out) const override {
    for (std::size_t i = 0; i < in.size(); ++i) {
      append_replaced(out.open(), in[i], replacement_, i == 0 && !keeps_first_ ? "" : " ");
      out.close();
    }
  }

 private:
  std::string replacement_;
  const bool keeps_first_;
};

class BpeStep final : public DecoderStep {
 public:
  explicit BpeStep(BpeDecoder settings) : settings_(std::move(settings)) {}
  void apply(const TokenList& in, TokenList& out) const override {
    for (std::size_t i = 0; i < in.size(); ++i) {
      append_replaced(out.open(), in[i], settings_.suffix, i + 1 == in.size() ? "" : " ");
      out.close();
    }
  }

 private:
  const BpeDecoder settings_;
};

// Connectionist temporal classification: one token of a run, none of the padding.
class CtcStep final : public DecoderStep {
 public:
  explicit CtcStep(CtcDecoder settings) : settings_(std::move(settings)) {}
  void apply(const TokenList& in, TokenList& out) const override {
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (i > 0 && in[i] == in[i - 1]) continue;
      std::string token;
      append_replaced(token, in[i], settings_.pad_token, "");
      if (settings_.cleanup) {
        clean_spacing(token);
        std::string worded;
        append_replaced(worded, token, settings_.word_delimiter_token, " ");
        token.swap(worded);
      }
      if (!token.empty()) out.add(token);
    }
  }

 private:
  const CtcDecoder settings_;
};

// Oniguruma's matches: an empty one just behind a match does not count.
class ReplaceStep final : public DecoderStep {
 public:
  explicit ReplaceStep(ReplaceDecoder settings) : settings_(std::move(settings)) {
    if (settings_.pattern.kind != SplitPattern::Kind::literal) regex_ = RegexEngine::compile(settings_.pattern.source);
  }
  void apply(const TokenList& in, TokenList& out) const override {
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (in[i].empty()) {
        out.add("");
      } else if (regex_) {
        append_matches_replaced(out.open(), utf8::is_valid(in[i]) ? std::string(in[i]) : utf8::replace_invalid(in[i]));
        out.close();
      } else {
        append_replaced(out.open(), in[i], settings_.pattern.source, settings_.content);
        out.close();
      }
    }
  }

 private:
  void append_matches_replaced(std::string& out, std::string_view token) const {
    std::size_t copied = 0, at = 0;
    std::optional<std::size_t> last_end;
    while (at <= token.size()) {
      const auto match = regex_->find(token, at);
      if (!match) break;
      if (match->begin == match->end && last_end == match->end) {
        at = behind_character(token, at);
        continue;
      }
      out.append(token, copied, match->begin - copied).append(settings_.content);
      last_end = copied = at = match->end;
    }
    out.append(token, copied);
  }

  const ReplaceDecoder settings_;
  std::unique_ptr<RegexEngine> regex_;
};

class FuseStep final : public DecoderStep {
  void apply(const TokenList& in, TokenList& out) const override { out.add(in.text()); }
};

class StripStep final : public DecoderStep {
 public:
  explicit StripStep(const StripDecoder& settings) : start_(settings.start), stop_(settings.stop) {
    utf8::append(content_, settings.content);
  }
  void apply(const TokenList& in, TokenList& out) const override {
    for (std::size_t i = 0; i < in.size(); ++i) {
      std::string_view token = in[i];
      for (std::size_t n = 0; n < start_ && token.starts_with(content_); ++n) token.remove_prefix(content_.size());
      for (std::size_t n = 0; n < stop_ && token.ends_with(content_); ++n) token.remove_suffix(content_.size());
      out.add(token);
    }
  }

 private:
  std::string content_;
  const std::size_t start_, stop_;
};

// Runs of <0xNN> become the text whose bytes they are, or U+FFFD for each when they are none.
class ByteFallbackStep final : public DecoderStep {
  void apply(const TokenList& in, TokenList& out) const override {
    std::string bytes;
    const auto finish_run = [&] {
      if (bytes.empty()) return;
      if (utf8::is_valid(bytes)) {
        out.add(bytes);
      } else {
        for (std::size_t i = 0; i < bytes.size(); ++i) utf8::append(out.open(), utf8::kReplacement), out.close();
      }
      bytes.clear();
    };
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (const auto byte = byte_of(in[i])) {
        bytes.push_back(static_cast<char>(*byte));
        continue;
      }
      finish_run();
      out.add(in[i]);
    }
    finish_run();
  }

  // Two hexadecimal digits of either case; Rust's reader, which decides, also takes "+5".
  static std::optional<unsigned char> byte_of(std::string_view token) {
    if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return std::nullopt;
    const char *begin = token.data() + 3, *const end = begin + 2;
    if (*begin == '+') ++begin;
    unsigned byte = 0;
    const auto [after, problem] = std::from_chars(begin, end, byte, 16);
    if (problem != std::errc() || after != end) return std::nullopt;
    return static_cast<unsigned char>(byte);
  }
};

std::unique_ptr<const DecoderStep> step_of(const ByteLevelDecoder&) { return std::make_unique<ByteLevelStep>(); }
std::unique_ptr<const DecoderStep> step_of(const WordPieceDecoder& d) { return std::make_unique<WordPieceStep>(d); }
std::unique_ptr<const DecoderStep> step_of(const MetaspaceDecoder& d) { return std::make_unique<MetaspaceStep>(d); }
std::unique_ptr<const DecoderStep> step_of(const BpeDecoder& d) { return std::make_unique<BpeStep>(d); }
std::unique_ptr<const DecoderStep> step_of(const CtcDecoder& d) { return std::make_unique<CtcStep>(d); }
std::unique_ptr<const DecoderStep> step_of(const ReplaceDecoder& d) { return std::make_unique<ReplaceStep>(d); }
std::unique_ptr<const DecoderStep> step_of(const FuseDecoder&) { return std::make_unique<FuseStep>(); }
std::unique_ptr<const DecoderStep> step_of(const StripDecoder& d) { return std::make_unique<StripStep>(d); }
std::unique_ptr<const DecoderStep> step_of(const ByteFallbackDecoder&) { return std::make_unique<ByteFallbackStep>(); }
std::unique_ptr<const DecoderStep> step_of(const SentencePieceDecoder&) {
  throw Error(ErrorCode::internal, "SentencePiece's decoder is no step of a chain");
}

}  // namespace

std::unique_ptr<const DecoderStep> make_decoder_step(const Decoder& decoder) {
  return std::visit([](const auto& settings) { return step_of(settings); }, decoder);
}

}  // namespace quern
