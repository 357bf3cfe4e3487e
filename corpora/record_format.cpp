#include "corpora/record_format.h"

namespace quern {

void RecordDamage::add(const RecordDamage& later) {
  if (invalid_records == 0) first_invalid = later.first_invalid;
  if (bad_records == 0) first_bad = later.first_bad, first_bad_reason = later.first_bad_reason;
  invalid_records += later.invalid_records;
  invalid_sequences += later.invalid_sequences;
  bad_records += later.bad_records;
  if (byte_order_marks == 0) first_byte_order_mark = later.first_byte_order_mark;
  byte_order_marks += later.byte_order_marks;
}

}  // namespace quern
