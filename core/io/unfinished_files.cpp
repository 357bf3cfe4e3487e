#include "core/io/unfinished_files.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

namespace quern {
namespace {

// Whoever takes a name out of its slot owns it; a handler puts it back for forget to free.
std::array<std::atomic<const std::string*>, kMostUnfinishedFiles> names;
static_assert(std::atomic<const std::string*>::is_always_lock_free, "a signal handler reads it");

std::mutex mutex;  // between remember and forget; a handler takes no lock

}  // namespace

void remember_unfinished_file(const std::string& path) {
  auto name = std::make_unique<const std::string>(path);
  const std::lock_guard lock(mutex);
  for (auto& slot : names) {
    const std::string* none = nullptr;
    if (!slot.compare_exchange_strong(none, name.get())) continue;
    (void)name.release();
    return;
  }
}

void forget_unfinished_file(const std::string& path) noexcept {
  const std::lock_guard lock(mutex);
  for (auto& slot : names) {
    const std::string* const name = slot.load();
    if (name == nullptr || *name != path) continue;
    delete slot.exchange(nullptr);
    return;
  }
}

void remove_unfinished_files() noexcept {
  for (auto& slot : names) {
    const std::string* const name = slot.exchange(nullptr);
    if (name == nullptr) continue;
    ::unlink(name->c_str());
    const std::string* none = nullptr;
    slot.compare_exchange_strong(none, name);
  }
}

}  // namespace quern
