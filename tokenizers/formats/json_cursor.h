// A JSON document whose places know their pointers, so that a refusal can name one: "/pre_tokenizer/type: missing, …".
//
//   const JsonDocument document(text, path);                      // Error{format} when it is not JSON
//   std::string type = document.root()["pre_tokenizer"]["type"].text();
//
// Numbers are read as Hugging Face reads them (decimal_number.h). Asking for what is not there is an Error{format}. Absent members are null. The document must outlive its cursors, and
// what they return by reference lives as long as it does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace quern::formats {

class JsonCursor {
 public:
  bool is_null() const;
  bool is_text() const;
  bool is_object() const;
  bool is_empty() const;  // an array or object with nothing in it, or nothing at all
  std::size_t size() const;  // of an array or object

  JsonCursor operator[](const std::string& key) const;
  const std::string& text() const;
  bool boolean() const;
  bool boolean_or(bool otherwise) const { return is_null() ? otherwise : boolean(); }
  double number() const;
  std::uint64_t natural() const;

  std::vector<JsonCursor> elements() const;
  std::vector<std::pair<std::string, JsonCursor>> members() const;
  // The same for long lists, without a cursor each. `index` counts from 0; an element of another kind is refused.
  void for_each_natural(
      const std::function<void(const std::string& key, std::uint64_t value, std::uint64_t index)>& take) const;
  // Elements are arrays of a string and a number.
  void for_each_scored_text(
      const std::function<void(const std::string& text, double score, std::uint64_t index)>& take) const;
  // Elements are strings, or arrays of strings.
  void for_each_text_list(
      const std::function<void(const std::vector<std::string_view>& texts, std::uint64_t index)>& take) const;

  const std::string& pointer() const { return pointer_; }
  [[noreturn]] void refuse(ErrorCode code, const std::string& message) const;
  [[noreturn]] void unsupported(const std::string& what) const;  // "/model/dropout: … cannot be used yet"

 private:
  friend class JsonDocument;
  JsonCursor(const void* value, const std::string* path, std::string pointer)
      : value_(value), path_(path), pointer_(std::move(pointer)) {}
  void expect(bool condition, const char* expected) const;
  [[noreturn]] void refuse_element(std::uint64_t index, const char* expected) const;

  const void* value_;  // a Json (core/json.h), null when absent
  const std::string* path_;
  std::string pointer_;
};

class JsonDocument {
 public:
  JsonDocument(std::string_view text, std::string path);
  JsonCursor root() const { return {value_.get(), &path_, ""}; }

 private:
  std::string path_;
  std::shared_ptr<const void> value_;
};

}  // namespace quern::formats
