// Decimal numbers as Hugging Face reads and writes them.
//
// Its JSON parser (serde_json without float_roundtrip) takes the digits as an integer, rounds that to a double, and
// multiplies or divides by a power of ten, which rounds again: "-2.0122928619384766" becomes -2.012292861938477. Scores
// are added up in doubles, so a tokenizer with the same ids needs the same doubles. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace quern::formats {

// "-12.5" or "1.5e-7", with at most 19 digits that count, as it is read there.
double read_as_hugging_face(std::string_view decimal);
// The same for the shortest text of a double, which is how such files spell them.
double as_hugging_face_reads(double value);
// The text that is read back there as `value`: the shortest, or one with more digits where that is read otherwise. A
// few doubles in a thousand no text gives; theirs is read an ulp off.
std::string decimal_for_hugging_face(double value);

}  // namespace quern::formats
