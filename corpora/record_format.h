// What a record is and what happens to a bad one. The same choices everywhere text is read.
#pragma once

#include <cstdint>
#include <string>

#include "core/error.h"

namespace quern {

enum class Records {
  lines,     // end at LF; a CR before it belongs to the record; the last needs none
  null,      // end at NUL
  jsonl,     // one JSON object a line; the record is the string in `field`; blank lines are passed over
  tsv,       // one row a line; the record is column `column`, quotes are literal
  document,  // the whole of each file is one record, an empty file too
};

// Ill-formed UTF-8. In JSON lines an escaped surrogate without its partner counts as well, and the whole line is looked
// at, since a line that is not UTF-8 is not JSON; kept ones become the three bytes that UTF-8 would have for them.
enum class OnInvalid {
  error,    // Error{input} with path:line:byte
  replace,  // U+FFFD per maximal subpart, counted
  skip,     // the record is left out, counted
  keep,     // bytes pass as they are, counted
};

enum class OnBadRecord { error, skip };  // not JSON, no such field or column

struct RecordFormat {
  Records records = Records::lines;
  std::string field;         // jsonl; "meta.text" reaches into an object, where no field is called just that
  std::uint64_t column = 1;  // tsv, from 1
  OnInvalid on_invalid = OnInvalid::replace;
  OnBadRecord on_bad_record = OnBadRecord::error;
};

// What was met on the way; sums, so blocks may be added in any order. `first` is the earliest in input order.
struct RecordDamage {
  std::uint64_t invalid_records = 0;    // records with ill-formed UTF-8
  std::uint64_t invalid_sequences = 0;  // maximal subparts in them
  std::uint64_t bad_records = 0;        // skipped by on_bad_record
  std::uint64_t byte_order_marks = 0;   // left out at the beginning of files
  std::string first_byte_order_mark;    // the file that had the first of them
  Where first_invalid;
  Where first_bad;
  std::string first_bad_reason;

  void add(const RecordDamage& later);  // `later` comes after this in input order
};

}  // namespace quern
