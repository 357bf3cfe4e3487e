#include "tokenizers/formats/vocabulary_builder.h"

#include <algorithm>
#include <unordered_set>

#include "core/error.h"

namespace quern::formats {

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string out = "\"";
  for (const char c : text.substr(0, kLongest)) out.push_back(static_cast<unsigned char>(c) < 0x20 ? '?' : c);
  // A cut inside a character would leave ill-formed UTF-8 in the message.
  if (text.size() > kLongest) {
    while ((static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
    if (static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
    out += "…";
  }
  return out += "\"";
}

std::pair<std::string_view, std::string_view> cut_merge(std::string_view line) {
  const std::size_t space = line.find(' ');
  const bool is_pair =
      space != line.npos && space > 0 && space + 1 < line.size() && line.find(' ', space + 1) == line.npos;
  if (!is_pair) return {};
  return {line.substr(0, space), line.substr(space + 1)};
}

std::uint64_t id_limit(std::uint64_t entries) { return 16 * entries + (1 << 16); }

void VocabularyBuilder::refuse(Place place, const std::string& message) const {
  if (place.line > 0) throw Error(ErrorCode::format, message).at(path_, place.line);
  throw Error(ErrorCode::format, std::string(place.pointer) + "/" + std::to_string(place.number) + ": " + message)
      .at(path_);
}

namespace {

// Of a pair that stands there twice the later place counts, as in Hugging Face's map.
void drop_repetitions(std::vector<Merge>& merges) {
  const auto pair = [](const Merge& merge) { return std::uint64_t{merge.left} << 32 | merge.right; };
  std::vector<std::uint64_t> sorted;
  for (const Merge& merge : merges) sorted.push_back(pair(merge));
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return;
  std::unordered_set<std::uint64_t> seen;
  const auto repeated = [&](const Merge& merge) { return !seen.insert(pair(merge)).second; };
  merges.erase(merges.begin(), std::remove_if(merges.rbegin(), merges.rend(), repeated).base());
}

}  // namespace

void VocabularyBuilder::add(std::string token, std::uint64_t id, Place place) {
  if (id > 0xFFFF'FFFF) refuse(place, "id " + std::to_string(id) + " does not fit 32 bits");
  entries_.emplace_back(id, std::move(token));
}

void VocabularyBuilder::finish() {
  if (entries_.empty()) throw Error(ErrorCode::format, "the vocabulary is empty").at(path_);
  const auto last = std::max_element(entries_.begin(), entries_.end());
  if (last->first >= id_limit(entries_.size())) {
    throw Error(ErrorCode::format, "token " + in_quotes(last->second) + " has id " + std::to_string(last->first) +
                                       " in a vocabulary of " + std::to_string(entries_.size()) + " entries")
        .at(path_);
  }
  vocabulary_.resize(last->first + 1);
  for (auto& [id, token] : entries_) {
    std::string& place = vocabulary_[id];
    if (!place.empty()) {
      throw Error(ErrorCode::format,
                  "tokens " + in_quotes(place) + " and " + in_quotes(token) + " share the id " + std::to_string(id))
          .at(path_);
    }
    place = std::move(token);
  }
  entries_ = {};
  ids_ = TokenIds(vocabulary_.size());
  for (std::size_t id = 0; id < vocabulary_.size(); ++id) {
    if (vocabulary_[id].empty()) continue;
    if (ids_.add(vocabulary_[id], static_cast<TokenId>(id)) != id) {
      throw Error(ErrorCode::format, "token " + in_quotes(vocabulary_[id]) + " is there twice").at(path_);
    }
  }
}

std::optional<TokenId> VocabularyBuilder::find(std::string_view token) const {
  return ids_.find(token);
}

void VocabularyBuilder::merge(std::string_view left, std::string_view right, Place place) {
  const auto left_id = find(left), right_id = find(right);
  if (!left_id || !right_id) {
    refuse(place, "merge of " + in_quotes(left_id ? right : left) + ", which is not in the vocabulary");
  }
  if (right.size() < prefix_.size()) refuse(place, in_quotes(right) + " is shorter than the mark of continuation");
  joined_.assign(left).append(right.substr(prefix_.size()));
  if (!find(joined_)) refuse(place, "merge into " + in_quotes(joined_) + ", which is not in the vocabulary");
  merges_.push_back({*left_id, *right_id});
}

BpeModel VocabularyBuilder::take() {
  drop_repetitions(merges_);
  BpeModel model;
  model.vocabulary = take_tokens();
  model.merges = std::move(merges_);
  return model;
}

std::vector<std::string> VocabularyBuilder::take_tokens() {
  ids_ = TokenIds();
  return std::move(vocabulary_);
}

AddedTokenNumbering::AddedTokenNumbering(const std::vector<std::string>& vocabulary, std::size_t entries)
    : vocabulary_(vocabulary), next_(static_cast<TokenId>(entries)) {}

std::optional<TokenId> AddedTokenNumbering::known(std::string_view content) {
  if (content.empty()) return std::nullopt;
  if (++asked_ <= kScanned) {
    const auto found = std::find(vocabulary_.begin(), vocabulary_.end(), content);
    if (found == vocabulary_.end()) return std::nullopt;
    return static_cast<TokenId>(found - vocabulary_.begin());
  }
  if (asked_ == kScanned + 1) {
    known_ = TokenIds(vocabulary_.size());
    for (std::size_t id = 0; id < vocabulary_.size(); ++id) {
      if (!vocabulary_[id].empty()) known_.add(vocabulary_[id], static_cast<TokenId>(id));
    }
  }
  return known_.find(content);
}

TokenId AddedTokenNumbering::number(std::string_view content) {
  if (const auto id = known(content)) return *id;
  const auto [added, is_new] = added_.emplace(content, next_);
  if (is_new) ++next_;
  return added->second;
}

}  // namespace quern::formats
