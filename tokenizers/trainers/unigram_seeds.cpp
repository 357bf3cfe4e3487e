#include "tokenizers/trainers/unigram_seeds.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "core/error.h"
#include "core/text/utf8.h"
#include "core/threads.h"

namespace quern {
namespace {

constexpr std::string_view kSpace = "\u2581";

bool is_hugging_face(const SeedSettings& settings) { return settings.rules == SeedSettings::Rules::hugging_face; }

// All units one after the other, each with what follows it and a NUL.
class Texts {
 public:
  Texts(const std::vector<SeedUnit>& units, const SeedSettings& settings) : units_(units), settings_(settings) {
    std::size_t size = kPadding;
    for (const SeedUnit& unit : units) size += unit.text.size() + kSpace.size() + 1;
    if (size > 0xFFFFFFFF) {
      throw Error(ErrorCode::unsupported, "more than 4 GiB of distinct text to find pieces in").remedy("train on a sample");
    }
    bytes_.reserve(size);
    for (const SeedUnit& unit : units) {
      begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
      bytes_.append(unit.text);
      if (unit.after == SeedUnit::After::space) bytes_ += kSpace;
      bytes_ += '\0';
    }
    begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    bytes_.append(kPadding, '\0');  // may be read beyond the last suffix
  }

  const char* at(std::uint32_t position) const { return bytes_.data() + position; }
  const SeedUnit& unit(std::size_t i) const { return units_[i]; }
  std::uint64_t weight(std::size_t unit) const { return is_hugging_face(settings_) ? 1 : units_[unit].count; }
  // How many bytes of a suffix say something: up to the end of its unit with what follows, NUL included.
  std::uint32_t length(std::uint32_t position, std::size_t unit) const { return begins_[unit + 1] - position; }
  std::size_t units() const { return units_.size(); }
  std::uint32_t begin(std::size_t unit) const { return begins_[unit]; }

  static constexpr std::size_t kDepth = 72;  // bytes compared: more than 17 characters have

 private:
  static constexpr std::size_t kPadding = kDepth + 8;
  const std::vector<SeedUnit>& units_;
  const SeedSettings& settings_;
  std::string bytes_;
  std::vector<std::uint32_t> begins_;
};

// Eight bytes as a number that sorts like them.
std::uint64_t key_at(const char* p) {
  std::uint64_t key;
  std::memcpy(&key, p, sizeof key);
  return __builtin_bswap64(key);
}

struct Suffix {
  std::uint64_t key;  // eight bytes of it
  std::uint32_t position, unit;
};

// Sorts [begin, end), whose suffixes agree in `depth` bytes and have their next eight as key.
void sort_suffixes(const Texts& texts, Suffix* begin, Suffix* end, std::size_t depth) {
  struct Range {
    Suffix *begin, *end;
    std::size_t depth;
  };
  std::vector<Range> unsorted = {{begin, end, depth}};
  while (!unsorted.empty()) {
    const Range range = unsorted.back();
    unsorted.pop_back();
    std::sort(range.begin, range.end, [](const Suffix& a, const Suffix& b) {
      return a.key != b.key ? a.key < b.key : a.position < b.position;
    });
    for (Suffix* same = range.begin; same != range.end;) {
      Suffix* next = same + 1;
      while (next != range.end && next->key == same->key) ++next;
      // A NUL in the key ends the unit: what stands behind says nothing.
      const bool ended = ((same->key - 0x0101010101010101u) & ~same->key & 0x8080808080808080u) != 0;
      const std::size_t deeper = range.depth + 8;
      if (next - same > 1 && !ended && deeper < Texts::kDepth) {
        for (Suffix* suffix = same; suffix != next; ++suffix) suffix->key = key_at(texts.at(suffix->position) + deeper);
        unsorted.push_back({same, next, deeper});
      }
      same = next;
    }
  }
}

template <class Visit>
void for_each_suffix(const Texts& texts, Visit visit) {
  for (std::size_t unit = 0; unit < texts.units(); ++unit) {
    const std::string_view text = texts.unit(unit).text;
    for (std::uint32_t i = 0; i < text.size(); ++i) {
      if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
      const std::uint32_t position = texts.begin(unit) + i;
      visit(Suffix{key_at(texts.at(position)), position, static_cast<std::uint32_t>(unit)});
    }
  }
}

// In buckets by the first two bytes, so that threads can sort them.
std::vector<Suffix> sorted_suffixes(const Texts& texts, int threads) {
  constexpr std::size_t kBuckets = 65536;
  std::vector<std::size_t> ends(kBuckets + 1, 0);
  for_each_suffix(texts, [&](const Suffix& suffix) { ++ends[(suffix.key >> 48) + 1]; });
  for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  std::vector<Suffix> sorted(ends.back());
  std::vector<std::size_t> next(ends.begin(), ends.end() - 1);
  for_each_suffix(texts, [&](const Suffix& suffix) { sorted[next[suffix.key >> 48]++] = suffix; });
  parallel_for(threads, kBuckets, [&](std::size_t bucket) {
    if (ends[bucket + 1] - ends[bucket] > 1) {
      sort_suffixes(texts, sorted.data() + ends[bucket], sorted.data() + ends[bucket + 1], 0);
    }
  });
  return sorted;
}

// Bytes that two neighbours have in common, no more than say something.
std::uint32_t common_prefix(const Texts& texts, const Suffix& a, const Suffix& b, bool by_characters) {
  const std::uint32_t most = std::min({texts.length(a.position, a.unit), texts.length(b.position, b.unit),
                                       static_cast<std::uint32_t>(Texts::kDepth)});
  const char *p = texts.at(a.position), *q = texts.at(b.position);
  std::uint32_t length = 0;
  while (length < most && p[length] == q[length]) ++length;
  if (by_characters) {
    while (length > 0 && length < most && (static_cast<unsigned char>(p[length]) & 0xC0) == 0x80) --length;
  }
  return length;
}

struct Interval {
  std::uint32_t position, unit, depth;
  std::uint64_t count;
};

// The inner nodes of the suffix tree, children before parents, and the ends of units that occur more than once.
template <class Visit>
void for_each_interval(const Texts& texts, const std::vector<Suffix>& suffixes, bool by_characters, Visit visit) {
  std::vector<Interval> open = {{0, 0, 0, 0}};
  for (std::size_t i = 0; i <= suffixes.size(); ++i) {
    const bool at_end = i == suffixes.size();
    const std::uint32_t shared = i == 0 || at_end ? 0 : common_prefix(texts, suffixes[i - 1], suffixes[i], by_characters);
    Interval closed = {0, 0, 0, 0};
    while (open.back().depth > shared) {
      const std::uint64_t inner = closed.count;
      closed = open.back();
      closed.count += inner;
      open.pop_back();
      if (closed.count >= 2) visit(closed);
    }
    if (open.back().depth < shared) {
      open.push_back({closed.position, closed.unit, shared, closed.count});
    } else {
      open.back().count += closed.count;
    }
    if (at_end) break;
    const Suffix& suffix = suffixes[i];
    const std::uint32_t whole = std::min<std::uint32_t>(texts.length(suffix.position, suffix.unit), Texts::kDepth);
    if (open.back().depth == whole) {
      open.back().count += texts.weight(suffix.unit);
    } else {
      open.push_back({suffix.position, suffix.unit, whole, texts.weight(suffix.unit)});
    }
  }
}

struct Candidate {
  std::string_view text;
  std::uint64_t count;
  double score = 0;
};

class Collector {
 public:
  Collector(const Texts& texts, const SeedSettings& settings, const std::function<bool(std::string_view)>& allow)
      : texts_(texts), settings_(settings), allow_(allow) {}

  void add(const Interval& interval) {
    const SeedUnit& unit = texts_.unit(interval.unit);
    const char* const begin = texts_.at(interval.position);
    const auto left = static_cast<std::uint32_t>(texts_.begin(interval.unit) + unit.text.size() - interval.position);
    const std::string_view text(begin, std::min(interval.depth, left));
    const bool to_border = interval.depth == left + 1 && ends_at_border(text, unit);
    if (interval.depth > left && !to_border) return;  // goes on into the next unit
    if (!to_border && (static_cast<unsigned char>(begin[interval.depth]) & 0xC0) == 0x80) return;  // cuts a character
    if (text.size() > settings_.max_length * 4) return;
    const std::size_t length = utf8::count_code_points(text);
    if (length < 2 || length > settings_.max_length || !allow_(text)) return;
    (to_border ? at_borders_ : candidates_).push_back({text, interval.count});
  }

  std::vector<SeedPiece> best() {
    merge_borders();
    for (Candidate& candidate : candidates_) candidate.score = score(candidate);
    const auto better = [by_bytes = is_hugging_face(settings_)](const Candidate& a, const Candidate& b) {
      if (a.score != b.score) return a.score > b.score;
      if (by_bytes) return a.text > b.text;
      if (a.text.size() != b.text.size()) return a.text.size() > b.text.size();
      return a.text < b.text;
    };
    if (candidates_.size() > settings_.most) {
      std::nth_element(candidates_.begin(), candidates_.begin() + static_cast<std::ptrdiff_t>(settings_.most),
                       candidates_.end(), better);
      candidates_.resize(settings_.most);
    }
    std::sort(candidates_.begin(), candidates_.end(), better);
    std::vector<SeedPiece> seeds;
    seeds.reserve(candidates_.size());
    for (const Candidate& candidate : candidates_) {
      seeds.push_back({std::string(candidate.text), candidate.count, candidate.score});
    }
    return seeds;
  }

 private:
  bool ends_at_border(std::string_view text, const SeedUnit& unit) const {
    if (unit.after == SeedUnit::After::end) return settings_.last_text.ends_with(text);
    return unit.after == SeedUnit::After::border;
  }

  double score(const Candidate& candidate) const {
    const std::size_t length = utf8::count_code_points(candidate.text);
    if (is_hugging_face(settings_)) return static_cast<double>(candidate.count) * static_cast<double>(length);
    return static_cast<float>(candidate.count) * static_cast<float>(length);
  }

  // A string that ends texts is counted once more for that, as SentencePiece does.
  void merge_borders() {
    if (at_borders_.empty()) return;
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < candidates_.size(); ++i) places.emplace(candidates_[i].text, i);
    for (const Candidate& border : at_borders_) {
      const auto [place, is_new] = places.emplace(border.text, candidates_.size());
      if (is_new) {
        candidates_.push_back(border);
      } else {
        candidates_[place->second].count += border.count;
      }
    }
  }

  const Texts& texts_;
  const SeedSettings& settings_;
  const std::function<bool(std::string_view)>& allow_;
  std::vector<Candidate> candidates_, at_borders_;
};

}  // namespace

std::vector<SeedPiece> find_seeds(const std::vector<SeedUnit>& units, const SeedSettings& settings,
                                  const std::function<bool(std::string_view)>& allow, int threads) {
  const Texts texts(units, settings);
  Collector collector(texts, settings, allow);
  {
    const std::vector<Suffix> suffixes = sorted_suffixes(texts, threads);
    for_each_interval(texts, suffixes, is_hugging_face(settings), [&](const Interval& interval) { collector.add(interval); });
  }
  return collector.best();
}

}  // namespace quern
