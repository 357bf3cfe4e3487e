#include "core/stop.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/error.h"

using quern::Stop;

namespace {

// Runs body in a child and returns how that ended, as waitpid tells.
template <class Body>
int status_of_child(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("a stop that was asked for is seen, and the first signal is the one remembered") {
  Stop::reset();
  CHECK_FALSE(Stop::requested());
  CHECK_NOTHROW(Stop::throw_if_requested());
  Stop::request(SIGTERM);
  Stop::request(SIGINT);
  CHECK(Stop::requested());
  CHECK(Stop::signal() == SIGTERM);
  try {
    Stop::throw_if_requested();
    FAIL("did not throw");
  } catch (const quern::Error& error) {
    CHECK(error.code() == quern::ErrorCode::interrupted);
    CHECK(error.message() == "stopped by SIGTERM");
  }
  Stop::reset();
  CHECK_FALSE(Stop::requested());
}

TEST_CASE("the first SIGINT or SIGTERM only asks, a SIGINT after it ends the process") {
  const int asked = status_of_child([] {
    Stop::install();
    raise(SIGTERM);
    raise(SIGTERM);
    _exit(Stop::signal());
  });
  CHECK(WIFEXITED(asked));
  CHECK(WEXITSTATUS(asked) == SIGTERM);

  const int insisted = status_of_child([] {
    Stop::install();
    raise(SIGINT);
    raise(SIGINT);
  });
  CHECK(WIFSIGNALED(insisted));
  CHECK(WTERMSIG(insisted) == SIGINT);
}

TEST_CASE("a signal that was ignored when the process began stays ignored") {
  const int status = status_of_child([] {
    signal(SIGINT, SIG_IGN);
    Stop::install();
    raise(SIGINT);
    raise(SIGINT);
    _exit(Stop::requested() ? 1 : 0);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
