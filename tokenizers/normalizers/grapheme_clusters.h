// Where grapheme clusters end: extended ones, UAX 29 in Unicode 17, as Hugging Face's normalizers cut them.
//
//   const auto& clusters = GraphemeClusters::get();
//   for (const char* p = begin; p < end; p = clusters.next(p, end)) …        // valid UTF-8
//
// Regional indicators are clusters of their own here, not in pairs: whoever asks looks at clusters of at most five
// bytes, and a pair has eight. Immutable, shared by threads.
#pragma once

#include <cstdint>

#include "tokenizers/normalizers/code_point_map.h"
#include "tokenizers/normalizers/unicode_tables.h"

namespace quern::normalizers {

class GraphemeClusters {
 public:
  using Class = tables::GraphemeClass;

  static const GraphemeClusters& get();  // built when first asked for

  // The end of the cluster that begins at p < end.
  const char* next(const char* p, const char* end) const;

  // Whether c always belongs to the cluster before it, if there is one and it is no control.
  static bool extends(Class c) { return c >= Class::zwj; }
  Class class_of(char32_t c) const { return static_cast<Class>(classes_[c]); }

 private:
  GraphemeClusters();

  CodePointMap<std::uint8_t> classes_;
};

}  // namespace quern::normalizers
