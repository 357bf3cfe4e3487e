// Decimal numbers as Hugging Face reads and writes them.
//
// Its JSON parser (serde_json without float_roundtrip) takes the digits as an integer, rounds that to a double, and
// multiplies or divides by a power of ten, which rounds again: "-2.0122928619384766" becomes -2.012292861938477. Scores
// are added up in doubles, so a tokenizer with the same ids needs the same doubles. Pure functions.
#pragma once

#include <string>

namespace quern::formats {

// "-12.5" or "1.5e-7", a number of JSON, as it is read there; `nearest` is the double next to it, whose shortest text stands in for one
// with more than 19 digits or 3 of exponent.
double read_as_hugging_face(const std::string& decimal, double nearest);
// The text that is read back there as `value`: the shortest, or one with more digits where that is read otherwise. A
// few doubles in a thousand no text gives; theirs is read an ulp off.
std::string decimal_for_hugging_face(double value);

}  // namespace quern::formats
