#include "core/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string_view>

#include "core/memory.h"

namespace quern {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr double kBarInterval = 0.1, kSampleInterval = 1, kLineInterval = 30, kRateWindow = 10;

// The bar on the terminal, if one is drawn; all that is shown goes through here, so that lines do not mix.
struct Screen {
  std::mutex mutex;
  int bar_on = -1;  // its descriptor

  // Progress is a courtesy: a failing stderr must not fail the job.
  void put(int descriptor, std::string_view text) {
    if (::write(descriptor, text.data(), text.size()) < 0) bar_on = -1;
  }
  void clear() {
    if (bar_on >= 0) put(bar_on, "\r\033[K");
    bar_on = -1;
  }
};

Screen& screen() {
  static Screen instance;
  return instance;
}

int terminal_columns(int descriptor) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// 75 → "1:15", 3723 → "1:02:03".
std::string clock_text(double seconds) {
  const auto total = static_cast<std::uint64_t>(seconds + 0.5);
  if (total < 3600) return fmt::format("{}:{:02}", total / 60, total % 60);
  return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

}  // namespace

ProgressDisplay ProgressDisplay::standard_error() {
  ProgressDisplay display;
  const char* const terminal = std::getenv("TERM");
  display.is_terminal =
      isatty(display.descriptor) != 0 && (terminal == nullptr || std::string_view(terminal) != "dumb");
  return display;
}

struct Progress::State {
  struct Sample {
    double time;  // seconds since the start
    std::uint64_t done;
  };

  std::string what, unit;
  std::uint64_t total;
  bool always;
  ProgressDisplay display;
  ProgressDisplay::Time start;
  std::atomic<std::uint64_t> done{0};
  std::atomic<double> next_tick;

  std::mutex mutex;  // guards what follows
  std::deque<Sample> samples{{0, 0}};
  double next_line = kLineInterval;
  bool said_something = false;

  double interval() const { return display.is_terminal ? kBarInterval : kSampleInterval; }
  double elapsed() const { return Seconds(display.now() - start).count(); }

  std::string amount(std::uint64_t n) const { return unit == "B" ? format_size(n) : fmt::format("{} {}", n, unit); }
  std::string speed(double rate) const {
    if (unit == "B") return format_size(static_cast<std::uint64_t>(rate)) + "/s";
    return fmt::format("{:.{}f} {}/s", rate, rate < 10 ? 1 : 0, unit);
  }

  // Per second, over the last ten; the sample just taken is the newest.
  double rate() const {
    const double seconds = samples.back().time - samples.front().time;
    return seconds > 0 ? static_cast<double>(samples.back().done - samples.front().done) / seconds : 0;
  }

  void sample(double time) {
    samples.push_back({time, done.load(std::memory_order_relaxed)});
    while (samples.size() > 2 && samples[1].time <= time - kRateWindow) samples.pop_front();
  }

  // "1.2 GiB of 3.4 GiB, 210.4 MiB/s, 0:11 left"
  std::string figures() const {
    const std::uint64_t now = samples.back().done;
    const double speed_now = rate();
    std::string text = amount(now);
    if (total != 0) text += " of " + amount(total);
    text += ", " + speed(speed_now);
    if (total > now && speed_now > 0) text += ", " + clock_text(static_cast<double>(total - now) / speed_now) + " left";
    return text;
  }

  int percent() const {
    const double share = static_cast<double>(samples.back().done) / static_cast<double>(total);
    return static_cast<int>(100 * std::min(share, 1.0));
  }

  // One row of the terminal, its last column left free: writing there may wrap.
  std::string bar() const {
    const auto width = static_cast<std::size_t>(
        std::max((display.columns > 0 ? display.columns : terminal_columns(display.descriptor)) - 1, 1));
    std::string text = what;
    const std::string right = figures();
    if (total != 0) {
      text += fmt::format(" {:3}% ", percent());
      constexpr std::size_t kWidest = 20, kNarrowest = 5;  // short: its end must not jump with the figures
      const std::size_t taken = text.size() + right.size() + 3;
      if (taken + kNarrowest <= width) {
        const std::size_t inside = std::min(kWidest, width - taken);
        const std::size_t full = inside * static_cast<std::size_t>(percent()) / 100;
        text += fmt::format("[{:<{}}] ", std::string(full, '=') + (full < inside ? ">" : ""), inside);
      }
    } else {
      text += ": ";
    }
    text += right;
    return text.substr(0, width);
  }

  void tick(double time) {
    const std::lock_guard lock(mutex);
    if (time < next_tick.load(std::memory_order_relaxed)) return;  // another thread was first
    next_tick = time + interval();
    sample(time);
    if (display.is_terminal) {
      const std::string text = "\r\033[K" + bar();
      const std::lock_guard on_screen(screen().mutex);
      screen().bar_on = display.descriptor;
      screen().put(display.descriptor, text);
    } else if (time >= next_line) {
      next_line = time + kLineInterval;
      say(figures() + (total != 0 ? fmt::format(" ({}%)", percent()) : ""));
    }
  }

  void say(const std::string& text) {
    said_something = true;
    const std::lock_guard on_screen(screen().mutex);
    screen().put(display.descriptor, what + ": " + text + "\n");
  }

  void finish() {
    const std::lock_guard lock(mutex);
    if (display.is_terminal) return clear_line();
    if (!always && !said_something) return;
    const double time = elapsed();
    const std::uint64_t all = done.load(std::memory_order_relaxed);
    say(fmt::format("{} in {}, {}", amount(all), clock_text(time),
                    speed(time > 0 ? static_cast<double>(all) / time : 0)));
  }
};

Progress::Progress(ProgressMode mode, std::string what, std::uint64_t total, std::string unit,
                   ProgressDisplay display) {
  if (mode == ProgressMode::never) return;
  state_ = std::make_unique<State>();
  state_->what = std::move(what);
  state_->unit = std::move(unit);
  state_->total = total;
  state_->always = mode == ProgressMode::always;
  state_->display = std::move(display);
  state_->start = state_->display.now();
  state_->next_tick = state_->interval();
}

Progress::~Progress() { finish(); }

void Progress::advance(std::uint64_t amount) {
  if (!state_) return;
  state_->done.fetch_add(amount, std::memory_order_relaxed);
  const double time = state_->elapsed();
  if (time >= state_->next_tick.load(std::memory_order_relaxed)) state_->tick(time);
}

void Progress::finish() {
  if (!state_) return;
  state_->finish();
  state_.reset();
}

void Progress::clear_line() {
  const std::lock_guard lock(screen().mutex);
  screen().clear();
}

}  // namespace quern
