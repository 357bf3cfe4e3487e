#include "core/error.h"

#include <catch2/catch.hpp>

using quern::Error;
using quern::ErrorCode;

TEST_CASE("an error says where, what and what to do") {
  const auto error = Error(ErrorCode::input, "not valid UTF-8").at("a.txt", 3, 17).remedy("use --on-invalid replace");
  CHECK(error.describe() == "a.txt:3:17: not valid UTF-8; use --on-invalid replace");
  CHECK(Error(ErrorCode::io, "short").describe() == "short");
  CHECK(Error(ErrorCode::io, "short").at("b").describe() == "b: short");
}

TEST_CASE("usage and configuration errors exit with 2, interruption with 130, the rest with 1") {
  CHECK(exit_status(ErrorCode::usage) == 2);
  CHECK(exit_status(ErrorCode::config) == 2);
  CHECK(exit_status(ErrorCode::interrupted) == 130);
  CHECK(exit_status(ErrorCode::format) == 1);
}
