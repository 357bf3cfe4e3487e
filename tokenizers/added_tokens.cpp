#include "tokenizers/added_tokens.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstring>

#include "core/text/utf8.h"
#include "tokenizers/pre_tokenizers/unicode_classes.h"

namespace quern {
namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// The character that ends just before text[end]; nothing at the beginning or in ill-formed text.
std::string_view character_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < 4) {
    if (!is_continuation(text[--begin])) break;
  }
  const std::string_view character = text.substr(begin, end - begin);
  return utf8::is_valid(character) && utf8::count_code_points(character) == 1 ? character : std::string_view();
}

std::string_view character_after(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && end - begin < 4 && (end == begin || is_continuation(text[end]))) ++end;
  const std::string_view character = text.substr(begin, end - begin);
  return utf8::is_valid(character) ? character : std::string_view();
}

char32_t code_point(std::string_view character) {
  const char* p = character.data();
  return utf8::decode(p);
}

// White_Space, \s of the regular expressions that Hugging Face strips with.
bool is_space(std::string_view character) {
  return !character.empty() && (unicode::char_class(code_point(character)) & unicode::kSpace) != 0;
}

// \w there: alphabetic characters, marks, decimal digits, connector punctuation and the two joiners (UTS #18, annex C).
bool is_word(std::string_view character) {
  if (character.empty()) return false;
  const char32_t c = code_point(character);
  const unsigned char classes = unicode::char_class(c);
  if (classes & (unicode::kLetter | unicode::kMark)) return true;
  const auto point = static_cast<UChar32>(c);
  if (classes & unicode::kNumber)
    return u_charType(point) != U_OTHER_NUMBER || u_hasBinaryProperty(point, UCHAR_ALPHABETIC);
  return u_charType(point) == U_CONNECTOR_PUNCTUATION || c == 0x200C || c == 0x200D ||
         u_hasBinaryProperty(point, UCHAR_ALPHABETIC);
}

}  // namespace

// Walks to the next byte that a token may begin with. For a few such bytes each has its own memchr, whose last answer
// is kept, so a rare one does not look through the text again and again.
class AddedTokenFinder::FirstBytes {
 public:
  FirstBytes(const AddedTokenFinder& finder, std::string_view text) : finder_(finder), text_(text) {
    for (std::size_t i = 0; i < watched(); ++i) next_[i] = seek(i, 0);
  }

  std::size_t next(std::size_t from) {
    if (watched() == 0) {
      while (from < text_.size() && finder_.first_nodes_[static_cast<unsigned char>(text_[from])] < 0) ++from;
      return from;
    }
    std::size_t nearest = text_.size();
    for (std::size_t i = 0; i < watched(); ++i) {
      if (next_[i] < from) next_[i] = seek(i, from);
      nearest = std::min(nearest, next_[i]);
    }
    return nearest;
  }

 private:
  static constexpr std::size_t kMost = 4;

  std::size_t watched() const { return finder_.first_bytes_.size() <= kMost ? finder_.first_bytes_.size() : 0; }
  std::size_t seek(std::size_t i, std::size_t from) const {
    const std::size_t at = text_.find(finder_.first_bytes_[i], from);
    return at == text_.npos ? text_.size() : at;
  }

  const AddedTokenFinder& finder_;
  std::string_view text_;
  std::array<std::size_t, kMost> next_{};
};

std::vector<const AddedToken*> pointers_to(const std::vector<AddedToken>& tokens) {
  std::vector<const AddedToken*> pointers;
  for (const AddedToken& token : tokens) pointers.push_back(&token);
  return pointers;
}

AddedTokenFinder::AddedTokenFinder(std::vector<const AddedToken*> tokens) : tokens_(std::move(tokens)), nodes_(1) {
  first_nodes_.fill(-1);
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    int node = 0;
    for (const char byte : tokens_[i]->content) node = add_child(node, static_cast<unsigned char>(byte));
    nodes_[static_cast<std::size_t>(node)].token = static_cast<int>(i);
  }
  for (int node = nodes_[0].child; node >= 0; node = nodes_[static_cast<std::size_t>(node)].sibling) {
    const unsigned char byte = nodes_[static_cast<std::size_t>(node)].byte;
    first_nodes_[byte] = node;
    first_bytes_.push_back(static_cast<char>(byte));
  }
}

int AddedTokenFinder::child(int node, unsigned char byte) const {
  int next = nodes_[static_cast<std::size_t>(node)].child;
  while (next >= 0 && nodes_[static_cast<std::size_t>(next)].byte != byte)
    next = nodes_[static_cast<std::size_t>(next)].sibling;
  return next;
}

int AddedTokenFinder::add_child(int node, unsigned char byte) {
  if (const int found = child(node, byte); found >= 0) return found;
  const int added = static_cast<int>(nodes_.size());
  nodes_.push_back({.byte = byte, .sibling = nodes_[static_cast<std::size_t>(node)].child});
  nodes_[static_cast<std::size_t>(node)].child = added;
  return added;
}

AddedTokenFinder::Match AddedTokenFinder::longest_at(std::string_view text, std::size_t at) const {
  Match match;
  int node = first_nodes_[static_cast<unsigned char>(text[at])];
  for (std::size_t end = at + 1; node >= 0; ++end) {
    if (const int token = nodes_[static_cast<std::size_t>(node)].token; token >= 0) match = {at, end - at, token};
    if (end == text.size()) break;
    node = child(node, static_cast<unsigned char>(text[end]));
  }
  return match;
}

void AddedTokenFinder::cut(std::string_view text, std::size_t begin, std::size_t end, const std::vector<bool>& active,
                           std::vector<TextSegment>& segments) const {
  const std::string_view part = text.substr(begin, end - begin);
  FirstBytes first_bytes(*this, part);
  std::size_t done = 0;
  for (std::size_t at = first_bytes.next(0); at < part.size();) {
    const Match match = longest_at(part, at);
    at = first_bytes.next(at + (match.token < 0 ? 1 : match.size));
    if (match.token < 0 || !active[static_cast<std::size_t>(match.token)]) continue;
    const AddedToken& token = *tokens_[static_cast<std::size_t>(match.token)];
    std::size_t start = match.begin, stop = match.begin + match.size;
    if (token.single_word && (is_word(character_before(part, start)) || is_word(character_after(part, stop)))) continue;
    if (token.lstrip) {
      // White space that the token before has taken stays with it.
      while (start > 0 && is_space(character_before(part, start))) start -= character_before(part, start).size();
      start = std::max(start, done);
    }
    if (token.rstrip) {
      while (stop < part.size() && is_space(character_after(part, stop))) stop += character_after(part, stop).size();
    }
    if (done < start) segments.push_back({begin + done, begin + start, nullptr});
    segments.push_back({begin + start, begin + stop, &token});
    done = stop;
  }
  if (done != part.size()) segments.push_back({begin + done, end, nullptr});
}

}  // namespace quern
