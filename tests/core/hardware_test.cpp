#include "core/hardware.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "core/error.h"

using quern::Isa;

namespace {

// Sets a variable for one scope.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) had_ = true, old_ = old;
    setenv(name, value, 1);
  }
  ~Environment() { had_ ? setenv(name_, old_.c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  bool had_ = false;
  std::string old_;
};

}  // namespace

TEST_CASE("QUERN_ISA lowers the instruction set and never raises it") {
  const Isa highest = [] {
    Environment none("QUERN_ISA", "");
    return quern::isa();
  }();
  for (const Isa cap : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    Environment capped("QUERN_ISA", name(cap));
    CHECK(quern::isa() == std::min(cap, highest));
  }
}

TEST_CASE("an unknown QUERN_ISA is a configuration error, not a silent default") {
  Environment wrong("QUERN_ISA", "avx1024");
  CHECK_THROWS_AS(quern::isa(), quern::Error);
}
