#include "core/progress.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using quern::Progress;
using quern::ProgressDisplay;
using quern::ProgressMode;

namespace {

// A display that writes to a pipe and whose clock only moves when told to.
class Stage {
 public:
  Stage() {
    REQUIRE(pipe2(ends_, O_NONBLOCK) == 0);
    display.descriptor = ends_[1];
    display.columns = 80;
    display.now = [this] { return time_; };
  }
  ~Stage() { close(ends_[0]), close(ends_[1]); }

  void pass(double seconds) {
    time_ += std::chrono::duration_cast<ProgressDisplay::Time::duration>(std::chrono::duration<double>(seconds));
  }
  // What was shown since the last call.
  std::string shown() {
    std::string text(64 * 1024, '\0');
    const auto n = read(ends_[0], text.data(), text.size());
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }

  ProgressDisplay display;

 private:
  int ends_[2];
  ProgressDisplay::Time time_{};
};

const std::string kClear = "\r\033[K";

}  // namespace

TEST_CASE("off a terminal a short job says nothing, a long one a line every 30 s and a last one") {
  Stage stage;
  Progress progress(ProgressMode::automatic, "counting", 100, "records", stage.display);
  for (int second = 1; second < 30; ++second) stage.pass(1), progress.advance(1);
  CHECK(stage.shown() == "");
  stage.pass(1), progress.advance(1);
  CHECK(stage.shown() == "counting: 30 records of 100 records, 1.0 records/s, 1:10 left (30%)\n");
  for (int second = 31; second < 60; ++second) stage.pass(1), progress.advance(2);
  CHECK(stage.shown() == "");
  stage.pass(1), progress.advance(2);
  CHECK(stage.shown() == "counting: 90 records of 100 records, 2.0 records/s, 0:05 left (90%)\n");
  progress.advance(10);
  progress.finish();
  CHECK(stage.shown() == "counting: 100 records in 1:00, 1.7 records/s\n");

  Progress brief(ProgressMode::automatic, "counting", 0, "B", stage.display);
  stage.pass(29), brief.advance(1);
  brief.finish();
  CHECK(stage.shown() == "");
}

TEST_CASE("always says a last line however short the job, never says nothing however long") {
  Stage stage;
  {
    Progress progress(ProgressMode::always, "packing", 0, "B", stage.display);
    stage.pass(2), progress.advance(3 << 20);
  }
  CHECK(stage.shown() == "packing: 3.0 MiB in 0:02, 1.5 MiB/s\n");
  {
    Progress progress(ProgressMode::never, "packing", 0, "B", stage.display);
    stage.pass(5000), progress.advance(1);
  }
  CHECK(stage.shown() == "");
}

TEST_CASE("on a terminal the bar is redrawn in place, ten times a second at most, and cleared at the end") {
  Stage stage;
  stage.display.is_terminal = true;
  Progress progress(ProgressMode::automatic, "counting", 4 << 20, "B", stage.display);
  progress.advance(1 << 20);
  CHECK(stage.shown() == "");
  stage.pass(1), progress.advance(1 << 20);
  CHECK(stage.shown() == kClear + "counting  50% [==========>         ] 2.0 MiB of 4.0 MiB, 2.0 MiB/s, 0:01 left");
  stage.pass(0.05), progress.advance(1);
  CHECK(stage.shown() == "");
  stage.pass(0.06), progress.advance(2 << 20);
  CHECK(stage.shown() == kClear + "counting 100% [====================] 4.0 MiB of 4.0 MiB, 3.6 MiB/s");
  progress.finish();
  CHECK(stage.shown() == kClear);
}

TEST_CASE("the bar fits any terminal and leaves the last column free") {
  for (const int columns : {1, 2, 10, 40, 60, 80, 300}) {
    Stage stage;
    stage.display.is_terminal = true;
    stage.display.columns = columns;
    for (const std::uint64_t total : {0, 1000, 10}) {
      Progress progress(ProgressMode::automatic, "a job with a rather long name", total, "records", stage.display);
      stage.pass(1), progress.advance(123);
      const std::string bar = stage.shown();
      REQUIRE(bar.substr(0, kClear.size()) == kClear);
      CHECK(bar.size() - kClear.size() <= static_cast<std::size_t>(std::max(columns - 1, 1)));
      progress.finish();
      stage.shown();
    }
  }
}

TEST_CASE("a notice finds an empty line, and the bar comes back after it") {
  Stage stage;
  stage.display.is_terminal = true;
  Progress::clear_line();
  CHECK(stage.shown() == "");
  Progress progress(ProgressMode::automatic, "counting", 0, "B", stage.display);
  stage.pass(1), progress.advance(1);
  CHECK(stage.shown() == kClear + "counting: 1 B, 1 B/s");
  Progress::clear_line();
  CHECK(stage.shown() == kClear);
  Progress::clear_line();
  CHECK(stage.shown() == "");
  stage.pass(1), progress.advance(1);
  CHECK(stage.shown() == kClear + "counting: 2 B, 1 B/s");
}

TEST_CASE("the rate is that of the last ten seconds") {
  Stage stage;
  Progress progress(ProgressMode::automatic, "counting", 0, "records", stage.display);
  for (int second = 1; second <= 300; ++second) {
    stage.pass(1), progress.advance(second <= 280 ? 1000 : 20);
  }
  const std::string shown = stage.shown();
  CHECK(shown.substr(shown.rfind(", ")) == ", 20 records/s\n");
}

TEST_CASE("threads may advance together and none of it is lost") {
  Stage stage;
  Progress progress(ProgressMode::always, "counting", 0, "records", stage.display);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10000; ++n) progress.advance(1);
    });
  }
  for (auto& thread : threads) thread.join();
  stage.pass(1);
  progress.finish();
  CHECK(stage.shown() == "counting: 40000 records in 0:01, 40000 records/s\n");
}

TEST_CASE("a reader of stderr that went away does not stop the job") {
  Stage stage;
  stage.display.is_terminal = true;
  stage.display.descriptor = open("/dev/full", O_WRONLY);
  Progress progress(ProgressMode::automatic, "counting", 0, "B", stage.display);
  stage.pass(1);
  CHECK_NOTHROW(progress.advance(1));
  progress.finish();
  close(stage.display.descriptor);
}
