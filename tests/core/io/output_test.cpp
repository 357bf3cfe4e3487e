#include "core/io/output.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <thread>

#include "core/error.h"
#include "core/io/unfinished_files.h"
#include "tests/support/failing_calls.h"
#include "tests/support/temporary_directory.h"

using namespace quern;
using quern::test::FailingCalls;
using quern::test::TemporaryDirectory;

namespace {

std::optional<Error> error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

// Some buffers' worth in pieces of all sizes.
std::string content() {
  std::string text;
  for (int i = 0; i < 400; ++i) text += std::to_string(i) + " 字\n";
  return text;
}

void write_in_pieces(const std::string& path, OutputOptions options) {
  Output out = Output::to_file(path, options);
  const std::string text = content();
  for (std::size_t at = 0, size = 1; at < text.size(); at += size, size = size * 7 % 1000 + 1) {
    size = std::min(size, text.size() - at);
    out.write(std::string_view(text).substr(at, size));
  }
  CHECK(out.bytes_written() == text.size());
  out.commit();
}

// Runs action with standard output going to `descriptor`.
void with_stdout(int descriptor, const std::function<void()>& action) {
  const int saved = ::dup(STDOUT_FILENO);
  ::dup2(descriptor, STDOUT_FILENO);
  try {
    action();
  } catch (...) {
    ::dup2(saved, STDOUT_FILENO), ::close(saved);
    throw;
  }
  ::dup2(saved, STDOUT_FILENO), ::close(saved);
}

}  // namespace

TEST_CASE("a file appears under its name when it is whole, and not before") {
  const TemporaryDirectory directory;
  Output out = Output::to_file(directory / "a.txt", {.force = false, .buffer = 4});
  out.write("hello ");
  out.write("w");
  out.flush();
  CHECK(directory.names().count("a.txt") == 0);
  REQUIRE(directory.names().size() == 1);
  CHECK(directory.names().begin()->rfind("a.txt.tmp." + std::to_string(::getpid()) + ".", 0) == 0);
  out.write("orld\n");
  out.commit();
  CHECK(directory.names() == std::set<std::string>{"a.txt"});
  CHECK(directory.read("a.txt") == "hello world\n");
  CHECK(error_of([&] { out.write("more"); })->code() == ErrorCode::internal);
  CHECK(error_of([&] { out.commit(); })->code() == ErrorCode::internal);
}

TEST_CASE("any buffer gives the same bytes") {
  const TemporaryDirectory directory;
  for (const std::size_t buffer : {0, 1, 2, 7, 100, 1000, 1 << 20}) {
    write_in_pieces(directory / "a", {.force = true, .buffer = buffer});
    CHECK(directory.read("a") == content());
  }
}

TEST_CASE("what is not committed leaves nothing behind and nothing changed") {
  const TemporaryDirectory directory;
  directory.write("old", "old");
  {
    Output fresh = Output::to_file(directory / "new");
    fresh.write("half");
    Output replacing = Output::to_file(directory / "old", {.force = true});
    replacing.write("half");
    replacing.flush();
    Output moved = std::move(replacing);
  }
  CHECK(directory.names() == std::set<std::string>{"old"});
  CHECK(directory.read("old") == "old");
}

TEST_CASE("an existing file is replaced only by force, and keeps its permissions") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("old", "old");
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  const auto error = error_of([&] { write_file(path, "new"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::usage);
  CHECK(error->describe() == path + ": exists already; replace it with --force, or choose another name");
  CHECK(directory.read("old") == "old");
  write_file(path, "new", {.force = true});
  CHECK(directory.read("old") == "new");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0640);
}

TEST_CASE("a file made by somebody else while ours was written is not overwritten") {
  const TemporaryDirectory directory;
  Output out = Output::to_file(directory / "a");
  out.write("ours");
  directory.write("a", "theirs");
  CHECK(error_of([&] { out.commit(); })->code() == ErrorCode::usage);
  CHECK(directory.read("a") == "theirs");
  CHECK(directory.names() == std::set<std::string>{"a"});
}

TEST_CASE("a symbolic link stays one") {
  const TemporaryDirectory directory;
  directory.write("target", "old");
  std::filesystem::create_symlink("target", directory / "link");
  write_file(directory / "link", "new", {.force = true});
  CHECK(std::filesystem::is_symlink(directory / "link"));
  CHECK(directory.read("target") == "new");
}

TEST_CASE("directories and places that are not there are refused with a remedy") {
  const TemporaryDirectory directory;
  CHECK(error_of([&] { Output::to_file(directory.path()); })->describe() ==
        directory.path() + ": is a directory; name a file in it");
  CHECK(error_of([&] { Output::to_file(directory / "no/file"); })->describe() ==
        directory / "no/file" + ": cannot create: No such file or directory; create its directory first");
}

TEST_CASE("a full device is an error, whether the disk or a name says so") {
  const auto written = error_of([] { write_file("/dev/full", "some bytes"); });
  REQUIRE(written);
  CHECK(written->describe() ==
        "/dev/full: write failed: No space left on device; free some space, or write elsewhere with -o");
  CHECK_FALSE(error_of([] { write_file("/dev/null", "some bytes"); }));

  const int full = ::open("/dev/full", O_WRONLY);
  const auto standard = error_of([&] {
    with_stdout(full, [] {
      Output out = Output::open("-");
      out.write("some bytes");
      out.commit();
    });
  });
  ::close(full);
  REQUIRE(standard);
  CHECK(standard->where().path == "standard output");
}

TEST_CASE("a reader of standard output that goes away is not an error message") {
  const auto previous = ::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  CHECK_THROWS_AS(with_stdout(ends[1],
                              [] {
                                Output out = Output::to_stdout();
                                out.write("nobody reads this");
                                out.commit();
                              }),
                  BrokenPipe);
  ::close(ends[1]);
  ::signal(SIGPIPE, previous);
}

TEST_CASE("standard output stays open and gets every byte, also when somebody made it non-blocking") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
  std::string read;
  std::thread reader([&] {
    char buffer[1000];
    for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) read.append(buffer, static_cast<std::size_t>(n));
  });
  const std::string half(300'000, 'x');
  with_stdout(ends[1], [&] {
    for (int i = 0; i < 2; ++i) {
      Output out = Output::to_stdout();
      out.write(half);
      out.commit();
    }
  });
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
  CHECK(read.size() == 2 * half.size());
}

TEST_CASE("whichever system call fails, an old file stays and no half one appears") {
  for (const bool replacing : {false, true}) {
    for (const int error : {ENOSPC, EIO, EDQUOT}) {
      for (const bool sticky : {false, true}) {
        int n = 0, failures = 0;
        for (;; ++n) {
          const TemporaryDirectory directory;
          if (replacing) directory.write("a", "old");
          FailingCalls faults({.call = n, .error = error, .short_write = false, .sticky = sticky});
          const auto thrown = error_of([&] { write_in_pieces(directory / "a", {.force = replacing, .buffer = 512}); });
          INFO("call " << n << ", errno " << error << ", replacing " << replacing);
          if (!faults.happened()) {
            CHECK_FALSE(thrown);
            CHECK(directory.read("a") == content());
            break;
          }
          REQUIRE(thrown);
          CHECK(thrown->code() == ErrorCode::io);
          CHECK(thrown->where().path == directory / "a");
          ++failures;
          // Only the flush of the directory comes after the rename: then the whole new file stands.
          if (thrown->message().find("directory to disk") != std::string::npos) {
            CHECK(directory.read("a") == content());
          } else {
            CHECK(directory.names() == (replacing ? std::set<std::string>{"a"} : std::set<std::string>{}));
            if (replacing) CHECK(directory.read("a") == "old");
          }
        }
        CHECK(failures == n);
        CHECK(n > 8);  // open, some writes, fsync, close, open, rename, fsync
      }
    }
  }
}

TEST_CASE("interruptions and short writes are continued") {
  for (const test::Fault fault : {test::Fault{.short_write = true}, test::Fault{.error = EINTR}}) {
    // Calls 1 to 4 are writes, with this buffer.
    for (int n = 1; n <= 4; ++n) {
      const TemporaryDirectory directory;
      test::Fault numbered = fault;
      numbered.call = n;
      FailingCalls faults(numbered);
      write_in_pieces(directory / "a", {.force = false, .buffer = 512});
      CHECK(faults.happened());
      CHECK(directory.read("a") == content());
    }
  }
}

TEST_CASE("a signal handler can remove what is unfinished, and never what is finished") {
  const TemporaryDirectory folder;
  const std::string finished = folder / "finished", unfinished = folder / "unfinished";
  write_file(finished, "whole");
  {
    Output out = Output::to_file(unfinished);
    out.write("half");
    out.flush();
    CHECK(folder.names().size() == 2);
    // As in a handler, the process ends with it.
    const pid_t child = fork();
    if (child == 0) {
      remove_unfinished_files();
      _exit(0);
    }
    REQUIRE(waitpid(child, nullptr, 0) == child);
    CHECK(folder.names() == std::set<std::string>{"finished"});
  }
  CHECK(folder.read("finished") == "whole");
}
