#include "corpora/text_blocks.h"

#include <charconv>
#include <cstring>
#include <optional>

#include "core/error.h"
#include "core/text/utf8.h"
#include "corpora/json_field.h"
#include "corpora/json_mend.h"

namespace quern {

// The work of extract(): one raw block into one text block.
class Extraction {
 public:
  Extraction(RawBlock& raw, const RecordFormat& format, TextBlock& out)
      : raw_(raw), format_(format), out_(out), valid_(utf8::is_valid(raw.bytes)) {
    out_.starts_.assign(1, 0);
    out_.lines_.clear();
    out_.path_ = raw.path;
    out_.first_line_ = raw.first_line;
    out_.first_number_ = raw.first_number;
    out_.last_is_unterminated_ = raw.ends_unterminated;
    out_.damage_ = {};
  }

  void run() {
    switch (format_.records) {
      case Records::lines:
        return valid_ ? take_records('\n') : copy_records('\n');
      case Records::null:
        return valid_ ? take_records('\0') : copy_records('\0');
      case Records::document:
        return valid_ ? take_document() : copy_document();
      case Records::tsv:
        return copy_columns();
      case Records::jsonl:
        return copy_fields();
    }
  }

 private:
  // Calls action(record, its line) for each record of the raw block.
  template <class Action>
  void for_each_record(char terminator, Action action) {
    const char* at = raw_.bytes.data();
    const char* const end = at + raw_.bytes.size();
    for (std::uint64_t line = raw_.first_line; at < end; ++line) {
      const auto* stop = static_cast<const char*>(std::memchr(at, terminator, static_cast<std::size_t>(end - at)));
      if (stop == nullptr) stop = end;
      const std::size_t before = out_.size();
      action(std::string_view(at, static_cast<std::size_t>(stop - at)), line);
      if (stop == end && out_.size() == before) out_.last_is_unterminated_ = false;  // it was left out
      at = stop + 1;
    }
  }

  // The fast path: the records are the block's bytes as they stand.
  void take_records(char terminator) {
    out_.text_.swap(raw_.bytes);
    out_.gap_ = 1;
    const char* const begin = out_.text_.data();
    const char* const end = begin + out_.text_.size();
    for (const char* at = begin; at < end;) {
      const auto* stop = static_cast<const char*>(std::memchr(at, terminator, static_cast<std::size_t>(end - at)));
      at = stop == nullptr ? end + 1 : stop + 1;
      out_.starts_.push_back(static_cast<std::size_t>(at - begin));
    }
  }

  void take_document() {
    out_.text_.swap(raw_.bytes);
    out_.gap_ = 0;
    out_.starts_.push_back(out_.text_.size());
  }

  void copy_document() {
    begin_copying();
    put(raw_.bytes, raw_.first_line);
  }

  void begin_copying() {
    out_.text_.clear();
    out_.text_.reserve(raw_.bytes.size());
    out_.gap_ = 0;
  }

  void copy_records(char terminator) {
    begin_copying();
    for_each_record(terminator, [&](std::string_view record, std::uint64_t line) { put(record, line); });
  }

  void copy_columns() {
    begin_copying();
    for_each_record('\n', [&](std::string_view row, std::uint64_t line) {
      std::uint64_t column = 1;
      std::size_t begin = 0, tab = row.find('\t');
      for (; column < format_.column && tab != std::string_view::npos; ++column) {
        begin = tab + 1;
        tab = row.find('\t', begin);
      }
      if (column == format_.column)
        return put(row.substr(begin, tab == std::string_view::npos ? tab : tab - begin), line);
      refuse(row, line,
             "row has " + std::to_string(column) + (column == 1 ? " column" : " columns") + ", column " +
                 std::to_string(format_.column) + " was asked for",
             "choose another with --tsv COLUMN, or skip such records with --on-bad-record skip");
    });
  }

  void copy_fields() {
    begin_copying();
    raw_.bytes.reserve(raw_.bytes.size() + JsonField::kPadding);
    JsonField field(format_.field);
    for_each_record('\n', [&](std::string_view row, std::uint64_t line) {
      const JsonField::Answer answer = field.find(row);
      switch (answer.outcome) {
        case JsonField::Outcome::found:
          return append(answer.text, line);
        case JsonField::Outcome::blank:
          return;
        case JsonField::Outcome::bad:
          return refuse(row, line, answer.reason, answer.remedy);
        case JsonField::Outcome::ill_formed:
          return copy_ill_formed_field(field, answer, row, line);
      }
    });
  }

  void copy_ill_formed_field(JsonField& field, const JsonField::Answer& why, std::string_view row, std::uint64_t line) {
    const bool keep = format_.on_invalid == OnInvalid::keep;
    MendedLine mended = mend_json_line(row, keep ? Mend::stand_ins : Mend::replace);
    if (mended.faults == 0) return refuse(row, line, why.reason, why.remedy);
    mended.text.reserve(mended.text.size() + JsonField::kPadding);
    const JsonField::Answer answer = field.find(mended.text);
    if (answer.outcome != JsonField::Outcome::found) return refuse(row, line, why_bad(answer, why), answer.remedy);
    if (keep && holds_stand_ins(row)) {
      return refuse(row, line, "ill-formed text together with code points above U+10F6FF cannot be kept",
                    "use --on-invalid replace");
    }
    if (!admit(row, mended.first, mended.faults, line)) return;
    append(keep ? restore_stand_ins(answer.text) : answer.text, line);
  }

  static std::string why_bad(const JsonField::Answer& answer, const JsonField::Answer& first) {
    return answer.outcome == JsonField::Outcome::bad ? answer.reason : first.reason;
  }

  // One record through the UTF-8 policy.
  void put(std::string_view record, std::uint64_t line) {
    const std::size_t first = valid_ ? record.size() : utf8::valid_prefix(record);
    if (first == record.size()) return append(record, line);
    std::uint64_t faults = 0;
    const std::string replaced = utf8::replace_invalid(record, &faults);
    if (admit(record, first, faults, line)) append(format_.on_invalid == OnInvalid::keep ? record : replaced, line);
  }

  // Counts an ill-formed record (of which `record` is a view into the raw block); false when it is to be left out.
  bool admit(std::string_view record, std::size_t first, std::uint64_t faults, std::uint64_t line) {
    const Where where = place(record.data() + first, line);
    if (format_.on_invalid == OnInvalid::error) {
      throw Error(ErrorCode::input, "not valid UTF-8").at(where).remedy("use --on-invalid replace, skip or keep");
    }
    RecordDamage& damage = out_.damage_;
    if (damage.invalid_records++ == 0) damage.first_invalid = where;
    damage.invalid_sequences += faults;
    return format_.on_invalid != OnInvalid::skip;
  }

  void refuse(std::string_view record, std::uint64_t line, std::string reason, const std::string& remedy) {
    Where where = place(record.data(), line);
    where.has_byte = line == 0;  // the line, where it is known, says enough
    if (format_.on_bad_record == OnBadRecord::error) throw Error(ErrorCode::input, reason).at(where).remedy(remedy);
    RecordDamage& damage = out_.damage_;
    if (damage.bad_records++ == 0) damage.first_bad = where, damage.first_bad_reason = std::move(reason);
  }

  Where place(const char* at, std::uint64_t line) const {
    return {raw_.path, raw_.first_line == 0 ? 0 : line,
            raw_.first_byte + static_cast<std::uint64_t>(at - raw_.bytes.data()), true};
  }

  void append(std::string_view record, std::uint64_t line) {
    const std::size_t i = out_.size();
    if (!out_.lines_.empty() || line != raw_.first_line + i) number_lines(i, line);
    out_.text_.append(record);
    out_.starts_.push_back(out_.text_.size());
  }

  // Once a line has given no record, every record has its line written down.
  void number_lines(std::size_t i, std::uint64_t line) {
    if (out_.lines_.empty()) {
      for (std::size_t k = 0; k < i; ++k) out_.lines_.push_back(raw_.first_line + k);
    }
    out_.lines_.push_back(line);
  }

  RawBlock& raw_;
  const RecordFormat& format_;
  TextBlock& out_;
  const bool valid_;
};

void extract(RawBlock& raw, const RecordFormat& format, TextBlock& out) { Extraction(raw, format, out).run(); }

TextBlock extract(RawBlock&& raw, const RecordFormat& format) {
  TextBlock out;
  extract(raw, format, out);
  return out;
}

Shard parse_shard(std::string_view text) {
  const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const std::size_t slash = text.find('/');
  const auto index = number(text.substr(0, slash));
  const auto count = slash == std::string_view::npos ? std::nullopt : number(text.substr(slash + 1));
  if (!index || !count || *index < 1 || *index > *count) {
    throw Error(ErrorCode::usage, "\"" + std::string(text) + "\" is no shard")
        .remedy("write i/n with i from 1 to n, such as 2/8");
  }
  return {*index - 1, *count};
}

}  // namespace quern
