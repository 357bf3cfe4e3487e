#include "tokenizers/trainers/sentencepiece_corpus.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/error.h"
#include "core/memory.h"
#include "core/text/utf8.h"
#include "tokenizers/trainers/piece_rules.h"

namespace quern {
namespace {

constexpr char kTextEnd = '\xFF';  // behind the last word of a text; no UTF-8 has it
constexpr char kBoundary = '\x1F';

template <class Visit>
void for_each_character(std::string_view text, Visit visit) {
  for (const char *p = text.data(), *end = p + text.size(); p < end;) visit(utf8::decode(p));
}

bool more_frequent(const CountedCharacter& a, const CountedCharacter& b) {
  return a.count != b.count ? a.count > b.count : a.character < b.character;
}

std::string_view without_end(std::string_view unit) {
  if (unit.back() == kTextEnd) unit.remove_suffix(1);
  return unit;
}

}  // namespace

SentencePieceCorpus::SentencePieceCorpus(const SentencePieceCorpusSettings& settings, std::uint64_t memory_budget)
    : settings_(settings),
      cuts_words_(settings.split_by_whitespace && !settings.normalizer.whitespace_as_suffix),
      normalizer_({Normalizer(settings.normalizer)}),
      counts_(memory_budget) {
  for (const std::string& piece : settings_.cut_out) {
    auto& list = cut_out_[static_cast<unsigned char>(piece.at(0))];
    list.push_back(piece);
    std::sort(list.begin(), list.end(), [](const auto& x, const auto& y) { return x.size() > y.size(); });
  }
}

// The text with a boundary for each piece that is there from the start.
std::string_view SentencePieceCorpus::cut_out(std::string_view text, std::string& out) const {
  out.clear();
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto& list = cut_out_[static_cast<unsigned char>(text[at])];
    const auto found = std::find_if(list.begin(), list.end(), [&](const auto& piece) { return text.substr(at).starts_with(piece); });
    if (found == list.end()) {
      ++at;
      continue;
    }
    out.append(text, kept, at - kept);
    out += kBoundary;
    at += found->size();
    kept = at;
  }
  if (kept == 0) return text;
  return out.append(text, kept);
}

void SentencePieceCorpus::add_word(std::string_view word, std::size_t readable, std::uint64_t count) {
  if (counts_.add(word, readable, count)) return;
  throw Error(ErrorCode::memory, "the distinct words of this text need more than --memory allows")
      .remedy("raise --memory, or train on a sample");
}

void SentencePieceCorpus::add(std::string_view text, std::uint64_t count) {
  if (text.size() > settings_.max_sentence_length || text.find(kUnknownMarkText) != std::string_view::npos) {
    skipped_ += count;
    return;
  }
  normalizer_.normalize(text, normalized_);
  const std::string_view normalized = cut_out(normalized_, cut_);
  if (normalized.empty()) return;
  const char* const end = normalized.data() + normalized.size();
  const auto add_last = [&](std::string_view word) {
    word_.assign(word) += kTextEnd;
    add_word(word_, word_.size(), count);
  };
  if (!cuts_words_) return add_last(normalized);
  for_each_word(normalized, false, [&](std::string_view word) {
    if (word.data() + word.size() == end) return add_last(word);
    add_word(word, static_cast<std::size_t>(end - word.data()), count);
  });
}

void SentencePieceCorpus::finish() {
  if (counts_.distinct() == 0) {
    throw Error(ErrorCode::input, "there is no text to train on")
        .remedy(skipped_ == 0 ? "the input is empty"
                              : "all " + std::to_string(skipped_) + " texts were left out, longer than " + std::to_string(settings_.max_sentence_length) +
                                    " bytes or with U+2585 in them: raise --max-sentence-length");
  }
  choose_required();
  list_units();
  list_sentences();
}

void SentencePieceCorpus::choose_required() {
  struct Seen {
    bool required = false;
    std::uint64_t count = 0;
  };
  CharacterMap<Seen> seen;
  for_each_character(settings_.required_characters, [&](char32_t c) { seen[c].required = true; });
  std::uint64_t all = 0;
  counts_.for_each([&](std::string_view unit, std::uint64_t count) {
    for_each_character(without_end(unit), [&](char32_t c) {
      if (c == 0) return;
      seen[c].count += count;
      all += count;
    });
  });
  std::vector<std::pair<char32_t, Seen>> order;
  seen.for_each([&](char32_t c, const Seen& one) {
    if (one.required || one.count != 0) order.emplace_back(c, one);
  });
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    if (a.second.required != b.second.required) return a.second.required;
    if (a.second.count != b.second.count) return a.second.count > b.second.count;
    return a.first < b.first;
  });
  std::uint64_t covered = 0;
  for (const auto& [c, one] : order) {
    const auto coverage = static_cast<float>(1.0 * static_cast<double>(covered) / static_cast<double>(all));
    if (coverage >= settings_.character_coverage) break;
    covered += one.count;
    if (c == static_cast<char32_t>(kBoundary) || c == 0) continue;
    required_.push_back({c, one.count});
    is_required_[c] = true;
  }
  std::sort(required_.begin(), required_.end(), more_frequent);
  for (const CountedCharacter& one : required_) {
    if (one.count != 0) characters_.push_back(one);
  }
}

// True when there are rare ones; then `out` is the text with marks in their places.
bool SentencePieceCorpus::mark_rare(std::string_view text, std::string& out) const {
  bool found = false;
  for_each_character(text, [&](char32_t c) { found = found || !is_required_.get(c); });
  if (!found) return false;
  out.clear();
  for_each_character(text, [&](char32_t c) { utf8::append(out, is_required_.get(c) ? c : kUnknownMark); });
  return true;
}

// Units without rare characters stay where they were counted. The others are fewer, and some of them now the same.
void SentencePieceCorpus::list_units() {
  const auto after_end = settings_.normalizer.add_dummy_prefix && !settings_.normalizer.whitespace_as_suffix
                             ? SeedUnit::After::end
                             : SeedUnit::After::border;
  std::map<std::pair<std::string, SeedUnit::After>, std::uint64_t> marked;
  std::string text;
  units_.reserve(counts_.distinct());
  counts_.for_each([&](std::string_view unit, std::uint64_t count) {
    const auto after = unit.back() == kTextEnd ? after_end : SeedUnit::After::space;
    if (mark_rare(without_end(unit), text)) {
      marked[{text, after}] += count;
    } else {
      units_.push_back({without_end(unit), count, after});
    }
  });
  for (auto& [unit, count] : marked) units_.push_back({texts_.emplace_back(unit.first), count, unit.second});
  normalizer_.normalize(settings_.last_text, normalized_);
  last_text_ = cut_out(normalized_, cut_);
  if (mark_rare(last_text_, text)) last_text_ = text;
}

void SentencePieceCorpus::list_sentences() {
  std::unordered_map<std::string_view, std::uint64_t> counts;
  counts.reserve(units_.size());
  for (const SeedUnit& unit : units_) {
    if (cuts_words_ || !settings_.split_by_whitespace) {
      counts[unit.text] += unit.count;
    } else {
      for_each_word(unit.text, settings_.normalizer.whitespace_as_suffix, [&](std::string_view word) { counts[word] += unit.count; });
    }
  }
  sentences_.reserve(counts.size());
  for (const auto& [text, count] : counts) sentences_.push_back({text, count});
  std::sort(sentences_.begin(), sentences_.end(), [](const auto& a, const auto& b) {
    return a.count != b.count ? a.count > b.count : a.text < b.text;
  });
}

}  // namespace quern
