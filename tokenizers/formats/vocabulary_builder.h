// Tokens and merges as files give them, checked and brought into a model.
//
//   VocabularyBuilder builder(path);
//   builder.add("Ġthe", 262, {"/model/vocab", 17});    // where it stands, for errors
//   builder.finish();                                  // ids are unique, texts are unique, holes are few
//   builder.merge("Ġt", "he", {"/model/merges", 0});
//   BpeModel model = builder.take();                   // or builder.take_tokens(), where there are no merges
//
// Every refusal is an Error{format} naming path and place. Nothing is allocated by an id before finish() has seen that
// the ids are about as many as the entries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tokenizers/definition.h"
#include "tokenizers/token_ids.h"

namespace quern::formats {

// Element `number` of the JSON array or object at `pointer`, or a line of a text file.
struct Place {
  std::string_view pointer = {};
  std::uint64_t number = 0;
  std::uint64_t line = 0;  // from 1; 0: the place is in JSON
};

class VocabularyBuilder {
 public:
  explicit VocabularyBuilder(std::string path) : path_(std::move(path)) {}

  void in_file(std::string path) { path_ = std::move(path); }  // what follows stands in another file
  void add(std::string token, std::uint64_t id, Place place);
  void finish();
  // What marks every symbol but the first ("##"): merging drops it from the right side. To be said before merges.
  void continue_with(std::string prefix) { prefix_ = std::move(prefix); }
  void merge(std::string_view left, std::string_view right, Place place);
  std::optional<TokenId> find(std::string_view token) const;
  BpeModel take();
  std::vector<std::string> take_tokens();

  [[noreturn]] void refuse(Place place, const std::string& message) const;

 private:
  std::string path_, prefix_, joined_;
  std::vector<std::pair<std::uint64_t, std::string>> entries_;
  std::vector<std::string> vocabulary_;
  TokenIds ids_;
  std::vector<Merge> merges_;
};

// The ids of added tokens as Hugging Face gives them, whatever a file says: a token of the vocabulary keeps its id, the
// others are numbered in their order from the number of entries on (of which one may be the empty text). The vocabulary
// must outlive it.
class AddedTokenNumbering {
 public:
  AddedTokenNumbering(const std::vector<std::string>& vocabulary, std::size_t entries);
  TokenId number(std::string_view content);

 private:
  std::optional<TokenId> known(std::string_view content);

  static constexpr std::size_t kScanned = 4;  // so many are looked for one by one: most files add only a few
  const std::vector<std::string>& vocabulary_;
  std::size_t asked_ = 0;
  TokenIds known_;  // filled when more are asked for
  std::unordered_map<std::string, TokenId> added_;
  TokenId next_;
};

// Ids below this may be used with a vocabulary of that many entries: small gaps are fine, giant ones are not.
std::uint64_t id_limit(std::uint64_t entries);

// "Ġt he" cut at its only space; two empty texts when it has none or several, or when a part is empty.
std::pair<std::string_view, std::string_view> cut_merge(std::string_view line);

// Text shortened and made printable for a message.
std::string in_quotes(std::string_view text);

}  // namespace quern::formats
