#include "core/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using quern::ordered_for_each;
using quern::parallel_for;

namespace {

// Where the run of one pipeline is told to fail; -1: nowhere.
struct Faults {
  int produce = -1, work = -1, consume = -1;
};

// Squares 0 … count - 1. Work on some items takes longer, so results are finished out of order.
std::vector<int> squares(int threads, int count, Faults faults, std::string* failure) {
  std::vector<int> out;
  int next = 0;
  const auto caller = std::this_thread::get_id();
  bool on_caller = true;
  try {
    ordered_for_each<int, int>(
        threads,
        [&](int& item) {
          on_caller = on_caller && std::this_thread::get_id() == caller;
          if (next == faults.produce) throw std::runtime_error("produce " + std::to_string(next));
          if (next == count) return false;
          item = next++;
          return true;
        },
        [&](int& item, int worker) {
          if (worker < 0 || worker >= threads) throw std::logic_error("worker out of range");
          if (item % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
          if (faults.work >= 0 && item >= faults.work) throw std::runtime_error("work " + std::to_string(item));
          return item * item;
        },
        [&](int& result) {
          on_caller = on_caller && std::this_thread::get_id() == caller;
          if (static_cast<int>(out.size()) == faults.consume) {
            throw std::runtime_error("consume " + std::to_string(out.size()));
          }
          out.push_back(result);
        });
  } catch (const std::runtime_error& error) {
    *failure = error.what();
  }
  CHECK(on_caller);
  return out;
}

}  // namespace

TEST_CASE("results come in input order for any number of threads") {
  for (const int threads : {1, 2, 3, 7, 16}) {
    for (const int count : {0, 1, 2, 5, 6, 100, 1000}) {
      std::string failure;
      const auto out = squares(threads, count, {}, &failure);
      REQUIRE(failure.empty());
      REQUIRE(out.size() == static_cast<std::size_t>(count));
      for (int i = 0; i < count; ++i) REQUIRE(out[static_cast<std::size_t>(i)] == i * i);
    }
  }
}

TEST_CASE("a failure ends a run as it would with one thread, wherever and whenever it happens") {
  const int places[] = {-1, 0, 1, 5, 20, 21};
  for (const int produce : places) {
    for (const int work : places) {
      for (const int consume : places) {
        if (produce < 0 && work < 0 && consume < 0) continue;
        const Faults faults{produce, work, consume};
        std::string expected_failure;
        const auto expected = squares(1, 40, faults, &expected_failure);
        REQUIRE_FALSE(expected_failure.empty());
        for (const int threads : {2, 5}) {
          std::string failure;
          const auto out = squares(threads, 40, faults, &failure);
          INFO(produce << " " << work << " " << consume << " with " << threads);
          REQUIRE(failure == expected_failure);
          REQUIRE(out == expected);
        }
      }
    }
  }
}

TEST_CASE("no more than 2 × threads + 2 items are in flight") {
  for (const int threads : {1, 2, 4}) {
    std::atomic<int> in_flight{0};
    int most = 0, produced = 0;
    ordered_for_each<int, int>(
        threads, [&](int&) { return produced++ < 500 && (most = std::max(most, ++in_flight), true); },
        [](int&, int) { return 0; }, [&](int&) { --in_flight; });
    CHECK(in_flight == 0);
    CHECK(most <= (threads == 1 ? 1 : 2 * threads + 2));
  }
}

TEST_CASE("items are reused and results may be movable only") {
  std::set<const std::string*> items;
  int produced = 0, total = 0;
  ordered_for_each<std::string, std::unique_ptr<int>>(
      3,
      [&](std::string& item) {
        items.insert(&item);
        item = std::to_string(produced);
        return produced++ < 300;
      },
      [](std::string& item, int) { return std::make_unique<int>(std::stoi(item)); },
      [&](std::unique_ptr<int>& result) { total += *result; });
  CHECK(total == 299 * 300 / 2);
  CHECK(items.size() <= 8);
}

TEST_CASE("two workers do work at the same time") {
  // Each of two items waits for the other to have begun: one thread alone would wait for ever.
  std::atomic<int> begun{0};
  int produced = 0;
  ordered_for_each<int, int>(
      2, [&](int&) { return produced++ < 2; },
      [&](int&, int worker) {
        ++begun;
        while (begun < 2) std::this_thread::yield();
        return worker;
      },
      [](int&) {});
  CHECK(begun == 2);
}

TEST_CASE("parallel_for runs every job once") {
  for (const int threads : {0, 1, 2, 8, 50}) {
    for (const std::size_t count : {0u, 1u, 3u, 1000u}) {
      std::vector<std::atomic<int>> runs(count);
      parallel_for(threads, count, [&](std::size_t i) { ++runs[i]; });
      for (const auto& n : runs) REQUIRE(n == 1);
    }
  }
}

TEST_CASE("parallel_for rethrows the exception of the lowest failing job and leaves no thread behind") {
  for (const int threads : {1, 2, 8}) {
    for (int round = 0; round < 50; ++round) {
      std::atomic<int> running{0};
      std::string failure;
      try {
        parallel_for(threads, 200, [&](std::size_t i) {
          ++running;
          if (i == 40) std::this_thread::sleep_for(std::chrono::microseconds(200));
          --running;
          if (i >= 40) throw std::runtime_error("job " + std::to_string(i));
        });
      } catch (const std::runtime_error& error) {
        failure = error.what();
      }
      REQUIRE(failure == "job 40");
      REQUIRE(running == 0);
    }
  }
}

TEST_CASE("the affinity mask limits the threads that are used") {
  CHECK(quern::available_threads() >= 1);
  cpu_set_t all, one;
  REQUIRE(sched_getaffinity(0, sizeof all, &all) == 0);
  CHECK(quern::available_threads() <= CPU_COUNT(&all));
  CPU_ZERO(&one);
  for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
  }
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  const int limited = quern::available_threads();
  REQUIRE(sched_setaffinity(0, sizeof all, &all) == 0);
  CHECK(limited == 1);
}
