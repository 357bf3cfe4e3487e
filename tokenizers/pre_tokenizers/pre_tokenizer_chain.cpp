#include "tokenizers/pre_tokenizers/pre_tokenizer_chain.h"

#include <algorithm>
#include <optional>

#include "core/text/utf8.h"
#include "tokenizers/byte_level.h"
#include "tokenizers/pre_tokenizers/hugging_face_classes.h"

namespace quern {

class PreTokenizerChain::Step {
 public:
  virtual ~Step() = default;
  // scratch.pieces become finer pieces, or pieces of another text.
  virtual void run(NormalizedText& text, bool begins_document, Scratch& scratch) const = 0;
};

namespace {

using Step = PreTokenizerChain::Step;
using Scratch = PreTokenizerChain::Scratch;

// --- parts that only cut ---------------------------------------------------------------------------------------------

// Cut: void operator()(std::string_view piece, std::size_t begin, std::vector<TextRange>& out).
template <class Cut>
class CuttingStep final : public Step {
 public:
  explicit CuttingStep(Cut cut) : cut_(std::move(cut)) {}
  void run(NormalizedText& text, bool, Scratch& scratch) const override {
    scratch.next.clear();
    for (const TextRange& piece : scratch.pieces) {
      cut_(std::string_view(text.text).substr(piece.begin, piece.end - piece.begin), piece.begin, scratch.next);
    }
    scratch.pieces.swap(scratch.next);
  }

 private:
  Cut cut_;
};
template <class Cut>
std::unique_ptr<const Step> cutting(Cut cut) {
  return std::make_unique<CuttingStep<Cut>>(std::move(cut));
}

std::size_t character_size(std::string_view text, std::size_t at, char32_t& c) {
  const char* p = text.data() + at;
  c = utf8::decode(p);
  return static_cast<std::size_t>(p - text.data()) - at;
}

// Cuts at characters: each is a match of its own, what lies between is one stretch.
template <class IsMatch>
auto cut_at_characters(IsMatch is_match, SplitBehavior behavior) {
  return [is_match, behavior](std::string_view text, std::size_t begin, std::vector<TextRange>& out) {
    const auto next = [&](std::string_view piece, std::size_t at) {
      char32_t c;
      std::size_t size = character_size(piece, at, c);
      if (is_match(c)) return Piece{size, true};
      while (at + size < piece.size()) {
        const std::size_t more = character_size(piece, at + size, c);
        if (is_match(c)) break;
        size += more;
      }
      return Piece{size, false};
    };
    cut_at_matches(text, begin, behavior, false, next, out);
  };
}

auto is_in(unsigned char bits) {
  return [bits](char32_t c) { return (hugging_face::char_class(c) & bits) != 0; };
}

// \w+|[^\w\s]+
void cut_words(std::string_view text, std::size_t begin, std::vector<TextRange>& out) {
  constexpr unsigned char kKinds = hugging_face::kWord | hugging_face::kSpace;
  int before = -1;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c;
    const std::size_t size = character_size(text, at, c);
    const int kind = hugging_face::char_class(c) & kKinds;
    if (kind & hugging_face::kSpace) {
      // belongs to no piece
    } else if (kind == before) {
      out.back().end += size;
    } else {
      out.push_back({begin + at, begin + at + size});
    }
    before = kind;
    at += size;
  }
}

// Where one script follows another. What stands before the first character that has one belongs to no piece.
void cut_scripts(std::string_view text, std::size_t begin, std::vector<TextRange>& out) {
  int script = 0;
  for (std::size_t at = 0; at < text.size();) {
    char32_t c;
    const std::size_t size = character_size(text, at, c);
    const int own = hugging_face::script(c);
    if (own != 0 && own != script) {
      out.push_back({begin + at, begin + at + size});
    } else if (script != 0) {
      out.back().end += size;
    }
    if (own != 0) script = own;
    at += size;
  }
}

std::unique_ptr<const Step> make_step(const SplitPreTokenizer& part) {
  const auto splitter = std::make_shared<const Splitter>(part.pattern);
  return cutting([splitter, behavior = part.behavior, invert = part.invert](
                     std::string_view text, std::size_t begin, std::vector<TextRange>& out) {
    const auto next = [&](std::string_view piece, std::size_t at) { return splitter->next(piece, at); };
    cut_at_matches(text, begin, behavior, invert, next, out);
  });
}
std::unique_ptr<const Step> make_step(const BertPreTokenizer&) {
  return cutting([](std::string_view text, std::size_t begin, std::vector<TextRange>& out) {
    const auto isolate = cut_at_characters(is_in(hugging_face::kPunctuation), SplitBehavior::isolated);
    std::vector<TextRange> words;
    cut_at_characters(is_in(hugging_face::kSpace), SplitBehavior::removed)(text, 0, words);
    for (const TextRange& word : words) {
      isolate(text.substr(word.begin, word.end - word.begin), begin + word.begin, out);
    }
  });
}
std::unique_ptr<const Step> make_step(const WhitespacePreTokenizer&) { return cutting(&cut_words); }
std::unique_ptr<const Step> make_step(const WhitespaceSplitPreTokenizer&) {
  return cutting(cut_at_characters(is_in(hugging_face::kSpace), SplitBehavior::removed));
}
std::unique_ptr<const Step> make_step(const CharDelimiterSplitPreTokenizer& part) {
  return cutting(cut_at_characters([delimiter = part.delimiter](char32_t c) { return c == delimiter; },
                                   SplitBehavior::removed));
}
std::unique_ptr<const Step> make_step(const PunctuationPreTokenizer& part) {
  return cutting(cut_at_characters(is_in(hugging_face::kPunctuation), part.behavior));
}
std::unique_ptr<const Step> make_step(const DigitsPreTokenizer& part) {
  return cutting(cut_at_characters(is_in(hugging_face::kNumeric),
                                   part.individual_digits ? SplitBehavior::isolated : SplitBehavior::contiguous));
}
std::unique_ptr<const Step> make_step(const UnicodeScriptsPreTokenizer&) { return cutting(&cut_scripts); }
std::unique_ptr<const Step> make_step(const FixedLengthPreTokenizer& part) {
  return cutting([length = part.length](std::string_view text, std::size_t begin, std::vector<TextRange>& out) {
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++characters) {
      char32_t c;
      const std::size_t size = character_size(text, at, c);
      if (characters % std::max<std::size_t>(length, 1) == 0) out.push_back({begin + at, begin + at});
      out.back().end += size;
      at += size;
    }
  });
}

// --- parts that rewrite ----------------------------------------------------------------------------------------------

// A text being written from another, spans along.
class Rewriter {
 public:
  Rewriter(const NormalizedText& from, NormalizedText& to) : from_(from), to_(to) {
    to_.text.clear(), to_.begins.clear(), to_.ends.clear();
  }
  std::size_t size() const { return to_.text.size(); }
  // `written` stands for bytes [begin, end) of the old text.
  void write(std::string_view written, std::size_t begin, std::size_t end) {
    to_.text += written;
    if (from_.begins.empty()) return;
    const auto [first, last] = from_.original(begin, end);
    to_.begins.insert(to_.begins.end(), written.size(), first);
    to_.ends.insert(to_.ends.end(), written.size(), last);
  }

 private:
  const NormalizedText& from_;
  NormalizedText& to_;
};

class MetaspaceStep final : public Step {
 public:
  explicit MetaspaceStep(const MetaspacePreTokenizer& part) : part_(part) { utf8::append(mark_, part.replacement); }

  void run(NormalizedText& text, bool begins_document, Scratch& scratch) const override {
    Rewriter out(text, scratch.rewritten);
    scratch.next.clear();
    for (const TextRange& piece : scratch.pieces) {
      const std::size_t begin = out.size();
      const std::string_view old = std::string_view(text.text).substr(piece.begin, piece.end - piece.begin);
      if (prepends(text, piece, begins_document)) {
        char32_t c;
        out.write(mark_, piece.begin, piece.begin + character_size(old, 0, c));
      }
      for (std::size_t at = 0; at < old.size();) {
        char32_t c;
        const std::size_t size = character_size(old, at, c);
        out.write(c == U' ' ? std::string_view(mark_) : old.substr(at, size), piece.begin + at, piece.begin + at + size);
        at += size;
      }
      scratch.next.push_back({begin, out.size()});
    }
    std::swap(text, scratch.rewritten);
    scratch.pieces.swap(scratch.next);
    if (part_.split) split_.run(text, false, scratch);
  }

 private:
  bool prepends(const NormalizedText& text, const TextRange& piece, bool begins_document) const {
    if (part_.prepend_scheme == PrependScheme::never) return false;
    const std::string_view old = std::string_view(text.text).substr(piece.begin, piece.end - piece.begin);
    if (old.starts_with(' ') || old.starts_with(mark_)) return false;
    if (part_.prepend_scheme == PrependScheme::always) return true;
    return begins_document && (text.begins.empty() ? piece.begin == 0 : text.begins[piece.begin] == 0);
  }

  const MetaspacePreTokenizer part_;
  std::string mark_;
  struct SplitBeforeMark {
    char32_t mark;
    void operator()(std::string_view text, std::size_t begin, std::vector<TextRange>& out) const {
      cut_at_characters([this](char32_t c) { return c == mark; }, SplitBehavior::merged_with_next)(text, begin, out);
    }
  };
  CuttingStep<SplitBeforeMark> split_{SplitBeforeMark{part_.replacement}};
};

class ByteLevelStep final : public Step {
 public:
  explicit ByteLevelStep(const ByteLevelPreTokenizer& part) : add_prefix_space_(part.add_prefix_space) {
    if (part.use_regex) splitter_.emplace(SplitPattern::named("gpt2"));
  }

  void run(NormalizedText& text, bool, Scratch& scratch) const override {
    Rewriter out(text, scratch.rewritten);
    scratch.next.clear();
    std::string piece;
    for (const TextRange& range : scratch.pieces) {
      piece.assign(text.text, range.begin, range.end - range.begin);
      const std::size_t prefix = add_prefix_space_ && piece.front() != ' ' ? 1 : 0;
      if (prefix == 1) piece.insert(0, 1, ' ');
      for (std::size_t at = 0; at < piece.size();) {
        const std::size_t size = splitter_ ? splitter_->next(piece, at).size : piece.size();
        const std::size_t begin = out.size();
        for (std::size_t i = at; i < at + size; ++i) {
          // The prefix stands for the first character, whose first byte comes next.
          const std::size_t place = range.begin + i - (i > 0 ? prefix : 0);
          out.write(byte_level::spell(std::string_view(piece).substr(i, 1)), place, place + 1);
        }
        scratch.next.push_back({begin, out.size()});
        at += size;
      }
    }
    std::swap(text, scratch.rewritten);
    scratch.pieces.swap(scratch.next);
  }

 private:
  const bool add_prefix_space_;
  std::optional<Splitter> splitter_;
};

std::unique_ptr<const Step> make_step(const MetaspacePreTokenizer& part) { return std::make_unique<MetaspaceStep>(part); }
std::unique_ptr<const Step> make_step(const ByteLevelPreTokenizer& part) { return std::make_unique<ByteLevelStep>(part); }

}  // namespace

PreTokenizerChain::PreTokenizerChain(const std::vector<PreTokenizer>& parts) {
  for (const PreTokenizer& part : parts) {
    steps_.push_back(std::visit([](const auto& one) { return make_step(one); }, part));
  }
}
PreTokenizerChain::~PreTokenizerChain() = default;
PreTokenizerChain::PreTokenizerChain(PreTokenizerChain&&) noexcept = default;

void PreTokenizerChain::cut(NormalizedText& text, bool begins_document, Scratch& scratch) const {
  scratch.pieces.assign(1, {0, text.text.size()});
  for (const auto& step : steps_) step->run(text, begins_document, scratch);
}

}  // namespace quern
