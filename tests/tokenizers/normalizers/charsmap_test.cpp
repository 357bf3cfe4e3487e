#include "tokenizers/normalizers/charsmap.h"

#include <catch2/catch.hpp>

#include "core/error.h"
#include "tests/support/sha256.h"
#include "tokenizers/normalizers/charsmap_builder.h"

using namespace quern;
using Catch::Matchers::Contains;
using normalizers::Charsmap;

namespace {

std::string in_bytes(std::uint32_t value) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

std::string digest(const std::string& bytes) {
  test::Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

}  // namespace

TEST_CASE("the longest rule and the shortest that a text begins with") {
  const Charsmap rules(normalizers::serialize_charsmap({{"a", "x"}, {"abc", ""}, {"\u4E2D", "zhong"}}));
  CHECK(rules.longest("abcd").size == 3);
  CHECK(rules.longest("abcd").output == "");
  CHECK(rules.longest("abd").output == "x");
  CHECK(rules.shortest("abcd").output == "x");
  CHECK(rules.longest("\u4E2D\u6587").output == "zhong");
  CHECK(rules.longest("bc").size == 0);
  CHECK(rules.longest(std::string_view("\0a", 2)).size == 0);
  CHECK(rules.longest("").size == 0);
}

TEST_CASE("characters that no rule touches are known beforehand") {
  const Charsmap rules(normalizers::serialize_charsmap({{"a\u0301", "x"}, {"\u4E2D", "y"}}));
  CHECK(rules.surely_concerns_none(U'\u6587'));
  CHECK_FALSE(rules.surely_concerns_none(U'a'));
  CHECK(rules.surely_stays(U'a', U'b'));
  CHECK(rules.surely_stays(U'a', 0));
  CHECK_FALSE(rules.surely_stays(U'a', U'\u0301'));
  CHECK_FALSE(rules.surely_stays(U'\u4E2D', U'b'));
}

TEST_CASE("no bytes are no rules") {
  CHECK(Charsmap("").longest("a").size == 0);
  CHECK(normalizers::serialize_charsmap({}).empty());
}

TEST_CASE("a damaged map is refused before anything is looked up in it") {
  const std::string good = normalizers::serialize_charsmap({{"a", "x"}, {"b", "y"}});
  const auto refused = [](const std::string& bytes, const char* why) {
    CAPTURE(why);
    CHECK_THROWS_WITH(Charsmap(bytes), Contains(why));
  };
  refused("abc", "the size of their trie is missing");
  refused(in_bytes(0) + "x", "a trie of 0 bytes");
  refused(in_bytes(6) + std::string(20, '\0'), "a trie of 6 bytes");
  refused(in_bytes(0xFFFFFFFC) + std::string(64, '\0'), "is announced, 64 follow");
  refused(good.substr(0, good.size() - 1), "the last output does not end");
  refused(good.substr(0, good.size() - 2) + std::string("\x80\0", 2), "an output is not UTF-8");
  refused(in_bytes(1024) + in_bytes(0x1FFFFF << 10) + std::string(1020, '\0') + std::string(1, '\0'), "leads out of");
  // The root has a value, which says that an output begins at byte 9 of 2.
  std::string far = in_bytes(1024) + in_bytes(1u << 10 | 1u << 8) + in_bytes(1u << 31 | 9);
  far.resize(4 + 1024, '\0');
  refused(far + std::string("x\0", 2), "an output begins at byte 9, where none does");
}

TEST_CASE("the rule sets are the bytes that SentencePiece 0.2.3 writes into its models") {
  const std::pair<const char*, const char*> expected[] = {
      {"nmt_nfkc", "1e2c7b43d3ee9755ceaa2ac335e253d8703604e0249ee1e81156c92b46423844"},
      {"nfkc", "7e46d9e08af4b6a37991b04fb8388644c1595a0abcd0f26d6a5d575e2a3663ea"},
      {"nmt_nfkc_cf", "2c03512e62f9ed965ec90d85314211b63b5b8aa0395311ea2147eec9ff738907"},
      {"nfkc_cf", "d8dfef3d6db0eef0742f8b55a73aee7fce6c1e21d26a09b8d3d4b52c42a791cb"},
  };
  for (const auto& [name, sha256] : expected) CHECK(digest(normalizers::build_charsmap(name)) == sha256);
  CHECK(normalizers::build_charsmap("identity").empty());
  CHECK_THROWS_WITH(normalizers::build_charsmap("nfc"), Contains("unknown normalization rules \"nfc\""));
}
