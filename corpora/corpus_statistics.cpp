#include "corpora/corpus_statistics.h"

#include <algorithm>
#include <cmath>

#include "core/text/utf8.h"

namespace quern {
namespace {

class Measurer {
 public:
  Measurer(BlockStatistics& out, unicode::WordBreaker& breaker)
      : out_(out), breaker_(breaker), script_(unicode::ScriptTable::instance()) {}

  void add(std::string_view record) {
    out_.bytes += record.size();
    out_.hashes.push_back(hash128(record));
    if (utf8::is_valid(record)) return add_text(record);
    add_text(utf8::replace_invalid(record));
  }

 private:
  void add_text(std::string_view text) {
    out_.words += breaker_.count_words(text);
    std::uint64_t characters = 0;
    for (const char *p = text.data(), *end = p + text.size(); p < end; ++characters) {
      const auto script = static_cast<std::size_t>(script_(utf8::decode(p)));
      if (script >= out_.scripts.size()) out_.scripts.resize(script + 1);
      ++out_.scripts[script];
    }
    out_.lengths.push_back(characters);
  }

  BlockStatistics& out_;
  unicode::WordBreaker& breaker_;
  const unicode::ScriptTable& script_;
};

}  // namespace

BlockStatistics measure(const TextBlock& block, unicode::WordBreaker& breaker) {
  BlockStatistics out;
  out.lengths.reserve(block.size());
  out.hashes.reserve(block.size());
  Measurer measurer(out, breaker);
  for (std::size_t i = 0; i < block.size(); ++i) measurer.add(block[i]);
  return out;
}

void CorpusStatistics::add(const BlockStatistics& block) {
  bytes_ += block.bytes;
  words_ += block.words;
  records_ += block.lengths.size();
  for (const std::uint64_t length : block.lengths) ++lengths_[length], characters_ += length;
  for (const Hash128& hash : block.hashes) duplicates_.add(hash);
  scripts_.resize(std::max(scripts_.size(), block.scripts.size()));
  for (std::size_t i = 0; i < block.scripts.size(); ++i) scripts_[i] += block.scripts[i];
}

std::uint64_t CorpusStatistics::empty_records() const {
  const auto empty = lengths_.find(0);
  return empty == lengths_.end() ? 0 : empty->second;
}

std::uint64_t CorpusStatistics::length_quantile(double share) const {
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(records_)));
  std::uint64_t seen = 0;
  for (const auto& [length, records] : lengths_) {
    seen += records;
    if (seen >= rank) return length;
  }
  return 0;
}

std::vector<CorpusStatistics::ScriptShare> CorpusStatistics::scripts() const {
  std::vector<ScriptShare> shares;
  for (std::size_t i = 0; i < scripts_.size(); ++i) {
    if (scripts_[i] > 0) shares.push_back({unicode::script_name(static_cast<int>(i)), scripts_[i]});
  }
  std::sort(shares.begin(), shares.end(), [](const ScriptShare& a, const ScriptShare& b) {
    return a.characters != b.characters ? a.characters > b.characters : a.name < b.name;
  });
  return shares;
}

}  // namespace quern
