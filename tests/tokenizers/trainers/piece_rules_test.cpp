#include "tokenizers/trainers/piece_rules.h"

#include <catch2/catch.hpp>

#include "tokenizers/trainers/scripts.h"

namespace quern {

TEST_CASE("a piece has one script, and kana count as Han") {
  const PieceRules rules;
  REQUIRE(rules.allow("abc"));
  REQUIRE(rules.allow("\u4e2d\u3042\u30ab\u30fc"));
  REQUIRE_FALSE(rules.allow("a\u4e2d"));
  REQUIRE_FALSE(rules.allow("a\u0436"));
  REQUIRE_FALSE(rules.allow("a1"));
  REQUIRE_FALSE(rules.allow("a."));
  REQUIRE(rules.allow("1."));
  REQUIRE(rules.allow("e\u0301x"));  // a combining mark takes the script before it
  PieceRules any;
  any.split_by_unicode_script = false;
  REQUIRE(any.allow("a\u4e2d1"));
}

TEST_CASE("digits stand where the settings let them") {
  PieceRules rules;
  rules.split_by_number = false;
  REQUIRE(rules.allow("a1b"));
  REQUIRE(rules.allow("1\u4e2d"));
  REQUIRE(rules.allow("a1\u4e2d"));  // what SentencePiece does: a digit makes it forget the script
  rules.split_digits = true;
  REQUIRE(rules.allow("1"));
  REQUIRE(rules.allow("\uff11"));
  REQUIRE_FALSE(rules.allow("11"));
  REQUIRE_FALSE(rules.allow("a1"));
}

TEST_CASE("the mark for spaces stands at the front, or the end, or inside") {
  PieceRules rules;
  REQUIRE(rules.allow("\u2581a"));
  REQUIRE_FALSE(rules.allow("a\u2581"));
  REQUIRE_FALSE(rules.allow("\u2581a\u2581"));
  REQUIRE_FALSE(rules.allow("\u2581\u2581"));
  rules.split_by_whitespace = false;
  REQUIRE(rules.allow("\u2581a\u2581b"));
  REQUIRE_FALSE(rules.allow("a\u2581"));
  rules.whitespace_as_suffix = true;
  REQUIRE(rules.allow("a\u2581"));
  REQUIRE(rules.allow("a\u2581b"));
  REQUIRE_FALSE(rules.allow("\u2581a"));
  rules.split_by_whitespace = true;
  REQUIRE_FALSE(rules.allow("a\u2581b"));
}

TEST_CASE("pieces are not empty, not too long, and hold no reserved character") {
  PieceRules rules;
  rules.max_length = 3;
  REQUIRE(rules.allow("\u4e2d\u4e2d\u4e2d"));
  REQUIRE_FALSE(rules.allow("\u4e2d\u4e2d\u4e2d\u4e2d"));
  REQUIRE_FALSE(rules.allow(""));
  for (const char* text : {"a\u2585", "a\x1f", "a b"}) REQUIRE_FALSE(rules.allow(text));
  REQUIRE_FALSE(rules.allow(std::string_view("a\0b", 3)));
}

TEST_CASE("scripts are those of Unicode 9") {
  REQUIRE(scripts::script(U'\u4e2d') == scripts::kHan);
  REQUIRE(scripts::script(U'\u3042') == scripts::kHiragana);
  REQUIRE(scripts::script(U'\u30fc') == scripts::kCommon);
  REQUIRE(scripts::script(U'\u0301') == scripts::kInherited);
  REQUIRE(scripts::script(U'a') == scripts::script(U'\uff21'));
  REQUIRE(scripts::script(U'\U0001F642') == scripts::kCommon);
  REQUIRE(scripts::script(U'\U0010FFFF') == scripts::kCommon);
  REQUIRE(scripts::script(U'\u0870') == scripts::kCommon);  // Arabic since Unicode 14
}

}  // namespace quern
