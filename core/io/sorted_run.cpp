#include "core/io/sorted_run.h"

#include <algorithm>

#include "core/error.h"

namespace quern {
namespace {

void append_number(std::string& to, std::uint64_t value) {
  while (value >= 0x80) {
    to += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  to += static_cast<char>(value);
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())), b.begin()).first - a.begin());
}

}  // namespace

RunWriter::RunWriter(Put put, std::size_t block) : put_(std::move(put)), block_(block) { buffer_.reserve(block + 64); }

void RunWriter::add(std::string_view key, std::uint64_t count) {
  const std::size_t shared = common_prefix(last_, key);
  const bool ascends = distinct_ == 0 || (shared < key.size() && (shared == last_.size() || static_cast<unsigned char>(last_[shared]) < static_cast<unsigned char>(key[shared])));
  if (!ascends || count == 0) throw Error(ErrorCode::internal, "a sorted run is written out of order");
  if (__builtin_add_overflow(total_, count, &total_)) throw Error(ErrorCode::unsupported, "counts add up to more than 2^64");
  ++distinct_;
  key_bytes_ += key.size();
  append_number(buffer_, shared);
  append_number(buffer_, key.size() - shared);
  buffer_.append(key.substr(shared));
  append_number(buffer_, count);
  last_.resize(shared);
  last_.append(key.substr(shared));
  if (buffer_.size() < block_) return;
  put_(buffer_);
  buffer_.clear();
}

void RunWriter::finish() {
  if (!buffer_.empty()) put_(buffer_);
  buffer_.clear();
}

void RunReader::refuse(const char* what) const {
  throw Error(ErrorCode::format, std::string(what) + " in entry " + std::to_string(distinct_ + 1) + " of a sorted run")
      .at(name_)
      .remedy("the file is damaged: make it again, or copy it again");
}

bool RunReader::fill() {
  const std::string_view stretch = stretch_();
  at_ = stretch.data();
  end_ = at_ + stretch.size();
  return at_ != end_;
}

std::uint64_t RunReader::number() {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    if (at_ == end_ && !fill()) refuse("the data ends");
    const auto byte = static_cast<unsigned char>(*at_++);
    if (shift == 63 && byte > 1) refuse("a number is too large");
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return shift > 0 && byte == 0 ? (refuse("a number is longer than it need be"), 0) : value;
  }
}

bool RunReader::next() {
  if (at_ == end_ && !fill()) return false;
  const std::uint64_t shared = number();
  std::uint64_t rest = number();
  if (shared > current_.size()) refuse("more is shared than there is");
  const bool is_first = distinct_ == 0, extends = shared == current_.size();
  const char differs = extends ? '\0' : current_[static_cast<std::size_t>(shared)];
  current_.resize(static_cast<std::size_t>(shared));
  while (rest > 0) {
    if (at_ == end_ && !fill()) refuse("the data ends");
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(rest, static_cast<std::uint64_t>(end_ - at_)));
    current_.append(at_, take);
    at_ += take;
    rest -= take;
  }
  const bool longer = current_.size() > shared;
  const bool ascends = longer && (extends || static_cast<unsigned char>(differs) < static_cast<unsigned char>(current_[static_cast<std::size_t>(shared)]));
  if (!ascends && !is_first) refuse("bytes that do not ascend");
  count_ = number();
  if (count_ == 0) refuse("a count of nothing");
  if (__builtin_add_overflow(total_, count_, &total_)) refuse("a total beyond 2^64");
  ++distinct_;
  key_ = current_;
  return true;
}

}  // namespace quern
