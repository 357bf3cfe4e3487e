#include "corpora/count_run.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern {
namespace {

constexpr const char* kKind = "counts";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kLongestFingerprint = std::size_t{1} << 20;
constexpr std::size_t kContext = 60;  // bytes shown around a difference
constexpr std::size_t kTextBlock = std::size_t{1} << 18;

// Entries of a run, with the totals it announces.
class CheckedEntries final : public CountSource {
 public:
  explicit CheckedEntries(std::shared_ptr<const Container> container)
      : container_(std::move(container)),
        stream_(container_->stream("entries")),
        reader_([this] { return stream_.next(); }, container_->path()) {}

  bool next() override {
    if (!reader_.next()) return check_totals(), false;
    key_ = reader_.key();
    count_ = reader_.count();
    return true;
  }

 private:
  void check_totals() const {
    const std::string totals = container_->read("totals", 2 * sizeof(std::uint64_t));
    const std::uint64_t found[] = {reader_.distinct(), reader_.total()};
    if (totals.size() == sizeof found && std::memcmp(totals.data(), found, sizeof found) == 0) return;
    throw Error(ErrorCode::format, "the totals are not those of the entries").at(container_->path()).remedy("the run is damaged: make it again");
  }

  std::shared_ptr<const Container> container_;
  Container::Stream stream_;
  RunReader reader_;
};

void append_escaped(std::string& to, unsigned char byte) {
  static constexpr char kDigits[] = "0123456789abcdef";
  to += "\\x";
  to += kDigits[byte >> 4];
  to += kDigits[byte & 15];
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The unit that a field stands for; false when it holds what no writer writes.
bool unescape(std::string_view field, std::string& unit) {
  unit.clear();
  for (std::size_t at = 0; at < field.size(); ++at) {
    if (field[at] != '\\') {
      unit += field[at];
      continue;
    }
    if (++at == field.size()) return false;
    switch (field[at]) {
      case '\\': unit += '\\'; break;
      case 't': unit += '\t'; break;
      case 'n': unit += '\n'; break;
      case 'r': unit += '\r'; break;
      case 'x': {
        const int high = at + 2 < field.size() ? hex_digit(field[at + 1]) : -1, low = high < 0 ? -1 : hex_digit(field[at + 2]);
        if (low < 0) return false;
        unit += static_cast<char>(high << 4 | low);
        at += 2;
        break;
      }
      default: return false;
    }
  }
  return true;
}

}  // namespace

CountRunWriter::CountRunWriter(Output& out, std::string_view fingerprint)
    : container_(out, kKind, kVersion), entries_([this](std::string_view bytes) { container_.write(bytes); }) {
  container_.begin_section("made-by");
  container_.write(fingerprint);
  container_.begin_section("entries");
}

void CountRunWriter::finish() {
  entries_.finish();
  container_.begin_section("totals");
  const std::uint64_t totals[] = {entries_.distinct(), entries_.total()};
  container_.write({reinterpret_cast<const char*>(totals), sizeof totals});
  container_.finish();
}

CountFile::CountFile(const std::string& path) : path_(path == "-" ? "standard input" : path), in_(open_input(path)) {
  start_.resize(kContainerMagic.size());
  std::size_t filled = 0;
  for (std::size_t n = 1; n != 0 && filled < start_.size(); filled += n) n = in_->read(start_.data() + filled, start_.size() - filled);
  start_.resize(filled);
  if (start_ != kContainerMagic) return;
  const bool in_places = in_->compression() == Compression::none && size_on_disk(path) != 0;
  container_ = std::make_shared<const Container>(in_places ? Container::open(path, kKind, kVersion)
                                                           : Container::copy(start_, *in_, kKind, kVersion));
  in_.reset();
  fingerprint_ = container_->read("made-by", kLongestFingerprint);
}

CountFile::~CountFile() = default;

std::unique_ptr<CountSource> CountFile::entries() const { return std::make_unique<CheckedEntries>(container_); }

void CountFile::read_text(const std::function<void(std::string_view, std::uint64_t)>& visit) {
  std::string text = std::exchange(start_, {}), unit;
  std::uint64_t line = 0;
  const auto refuse = [&](const char* what) {
    throw Error(ErrorCode::input, what).at(path_, line).remedy("each line is a unit, a tab and a count; in a unit \\\\ \\t \\n \\r and \\xHH are escapes");
  };
  const auto take = [&](std::string_view row) {
    ++line;
    const std::size_t tab = row.rfind('\t');
    if (tab == std::string_view::npos) refuse("a line without a tab");
    std::uint64_t count = 0;
    const char* const end = row.data() + row.size();
    const auto [stop, error] = std::from_chars(row.data() + tab + 1, end, count);
    if (error != std::errc() || stop != end) refuse("no count behind the tab");
    if (!unescape(row.substr(0, tab), unit)) refuse("an unknown escape");
    if (count != 0) visit(unit, count);
  };
  for (std::size_t searched = 0;;) {
    const std::size_t had = text.size();
    text.resize(had + kTextBlock);
    text.resize(had + in_->read(text.data() + had, kTextBlock));
    const bool ended = text.size() == had;
    std::size_t begin = 0;
    for (std::size_t stop; (stop = text.find('\n', std::max(begin, searched))) != std::string::npos; begin = stop + 1) {
      take(std::string_view(text).substr(begin, stop - begin));
    }
    text.erase(0, begin);
    searched = text.size();
    if (!ended) continue;
    if (!text.empty()) take(text);
    return;
  }
}

void append_count_line(std::string& line, std::string_view unit, std::uint64_t count) {
  for (std::size_t valid = 0; !unit.empty(); unit.remove_prefix(1)) {
    if (valid == 0) valid = utf8::valid_prefix(unit);
    const char c = unit.front();
    if (valid == 0 || (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == '\x7f') {
      append_escaped(line, static_cast<unsigned char>(c));
    } else if (c == '\\' || c == '\t' || c == '\n' || c == '\r') {
      line += '\\';
      line += c == '\\' ? '\\' : c == '\t' ? 't' : c == '\n' ? 'n' : 'r';
    } else {
      line += c;
    }
    if (valid > 0) --valid;
  }
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, count);
  line += '\t';
  line.append(digits, static_cast<std::size_t>(end - digits));
  line += '\n';
}

void require_same_fingerprint(const std::string& fingerprint, const std::string& path, const std::string& other, const std::string& other_path) {
  if (fingerprint == other) return;
  // Long ones agree for the most part.
  const auto differ = static_cast<std::size_t>(std::mismatch(fingerprint.begin(), fingerprint.begin() + static_cast<std::ptrdiff_t>(std::min(fingerprint.size(), other.size())), other.begin()).first - fingerprint.begin());
  const std::size_t from = differ > kContext ? differ - kContext : 0;
  const auto shown = [from](const std::string& text) {
    return (from > 0 ? "…" : "") + text.substr(from, 2 * kContext) + (text.size() > from + 2 * kContext ? "…" : "");
  };
  throw Error(ErrorCode::usage, "counted as " + shown(other) + ", but " + path + " as " + shown(fingerprint))
      .at(other_path)
      .remedy("count all parts of a corpus with the same options");
}

}  // namespace quern
