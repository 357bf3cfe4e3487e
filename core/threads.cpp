#include "core/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/cgroup.h"
#include "core/error.h"

namespace quern {
namespace {

// CPUs in the affinity mask; 0 when the kernel does not say. Its mask may be wider than cpu_set_t's 1024 CPUs.
int affinity() {
  for (int cpus = CPU_SETSIZE; cpus <= 1 << 20; cpus *= 2) {
    cpu_set_t* const set = CPU_ALLOC(static_cast<std::size_t>(cpus));
    const std::size_t size = CPU_ALLOC_SIZE(static_cast<std::size_t>(cpus));
    const int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return 0;
}

// Threads that are joined when the scope ends, however it ends. stop() is what makes them return.
class Crew {
 public:
  explicit Crew(std::function<void()> stop) : stop_(std::move(stop)) {}
  Crew(const Crew&) = delete;
  ~Crew() {
    stop_();
    for (std::thread& thread : threads_) thread.join();
  }

  void start(int count, const std::function<void(int)>& body) {
    threads_.reserve(static_cast<std::size_t>(std::max(count, 0)));
    for (int worker = 1; worker <= count; ++worker) {
      try {
        threads_.emplace_back(body, worker);
      } catch (const std::system_error& error) {
        throw system_error("cannot start a thread", error.code().value()).remedy("use fewer with --threads");
      }
    }
  }

 private:
  std::function<void()> stop_;
  std::vector<std::thread> threads_;
};

// One run of run_ordered. Items are numbered from 0 and item i lives in slot i % slots. The caller's thread produces,
// consumes, and works as worker 0 whenever there is nothing to produce or consume; the others only work. A failure
// waits in its item's slot until everything before it is consumed, so the caller meets failures in input order.
class OrderedRun {
 public:
  OrderedRun(std::size_t slots, const std::function<bool(std::size_t)>& produce,
             const std::function<void(std::size_t, int)>& work, const std::function<void(std::size_t)>& consume)
      : produce_(produce), work_(work), consume_(consume), slots_(slots) {}

  void run(int threads) {
    Crew crew([this] { stop(); });
    crew.start(threads - 1, [this](int worker) { serve(worker); });
    while (consume_next() || produce_next() || work_next(0) || wait_for_next()) {
    }
    if (produce_failure_) std::rethrow_exception(produce_failure_);
  }

 private:
  struct Slot {
    bool done = false;
    std::exception_ptr failure;
  };
  using Lock = std::unique_lock<std::mutex>;

  Slot& slot(std::uint64_t item) { return slots_[item % slots_.size()]; }
  bool has_work() const { return !failed_ && started_ < produced_; }

  // The caller's four moves; each returns whether it made one. Only wait_for_next blocks.
  bool consume_next() {
    {
      Lock lock(mutex_);
      if (consumed_ == produced_ || !slot(consumed_).done) return false;
      if (slot(consumed_).failure) std::rethrow_exception(slot(consumed_).failure);
    }
    consume_(consumed_ % slots_.size());
    slot(consumed_).done = false;
    ++consumed_;
    return true;
  }

  bool produce_next() {
    {
      Lock lock(mutex_);
      if (ended_ || failed_ || produced_ - consumed_ == slots_.size()) return false;
    }
    try {
      ended_ = !produce_(produced_ % slots_.size());
    } catch (...) {
      ended_ = true;
      produce_failure_ = std::current_exception();
    }
    if (ended_) return true;
    {
      Lock lock(mutex_);
      ++produced_;
    }
    work_ready_.notify_one();
    return true;
  }

  bool work_next(int worker) {
    Lock lock(mutex_);
    return work_one(worker, lock);
  }

  bool wait_for_next() {
    if (consumed_ == produced_) return false;  // nothing is left, and nothing can be produced any more
    Lock lock(mutex_);
    item_done_.wait(lock, [&] { return slot(consumed_).done; });
    return true;
  }

  bool work_one(int worker, Lock& lock) {
    if (!has_work()) return false;
    const std::uint64_t item = started_++;
    lock.unlock();
    std::exception_ptr failure;
    try {
      work_(item % slots_.size(), worker);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure) failed_ = true;
    slot(item).failure = std::move(failure);
    slot(item).done = true;
    item_done_.notify_one();
    return true;
  }

  void serve(int worker) {
    for (Lock lock(mutex_);;) {
      work_ready_.wait(lock, [&] { return stopped_ || has_work(); });
      if (stopped_) return;
      work_one(worker, lock);
    }
  }

  void stop() {
    {
      Lock lock(mutex_);
      stopped_ = true;
    }
    work_ready_.notify_all();
  }

  const std::function<bool(std::size_t)>& produce_;
  const std::function<void(std::size_t, int)>& work_;
  const std::function<void(std::size_t)>& consume_;

  // Touched by the caller's thread only.
  std::uint64_t consumed_ = 0;
  bool ended_ = false;
  std::exception_ptr produce_failure_;  // belongs to item produced_

  std::mutex mutex_;  // guards what follows
  std::condition_variable work_ready_, item_done_;
  std::vector<Slot> slots_;
  std::uint64_t produced_ = 0, started_ = 0;  // items [started_, produced_) wait for a worker
  bool failed_ = false;                       // items are started in order: all before the failure are under way
  bool stopped_ = false;
};

}  // namespace

int available_threads() {
  const int allowed = affinity();
  int threads = allowed > 0 ? allowed : static_cast<int>(std::thread::hardware_concurrency());
  // A quota of 1.5 CPUs is used up by two threads.
  if (const auto quota = cgroup::cpu_limit()) threads = std::min(threads, static_cast<int>(std::ceil(*quota)));
  return std::max(threads, 1);
}

namespace detail {

std::size_t ordered_slots(int threads) { return threads <= 1 ? 1 : 2 * static_cast<std::size_t>(threads) + 2; }

void run_ordered(int threads, std::size_t slots, const std::function<bool(std::size_t)>& produce,
                 const std::function<void(std::size_t, int)>& work, const std::function<void(std::size_t)>& consume) {
  if (threads <= 1) {
    while (produce(0)) work(0, 0), consume(0);
    return;
  }
  OrderedRun(slots, produce, work, consume).run(threads);
}

}  // namespace detail

void parallel_for(int threads, std::size_t count, const std::function<void(std::size_t)>& job) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t failed_job = count;
  std::exception_ptr failure;
  // Jobs are handed out in order, so every job below a failing one is under way and may still fail itself.
  const auto serve = [&](int) {
    for (std::size_t i; (i = next.fetch_add(1)) < count;) {
      try {
        job(i);
      } catch (...) {
        next = count;
        const std::lock_guard lock(mutex);
        if (i < failed_job) failed_job = i, failure = std::current_exception();
      }
    }
  };
  {
    Crew crew([&] { next = count; });
    const std::size_t useful = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
    crew.start(static_cast<int>(useful) - 1, serve);
    serve(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace quern
