// An array of zero bytes straight from the kernel: untouched parts cost no memory, and huge pages are asked for before
// the first touch, which saves most of the address translation misses of a large hash table.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace quern {

template <class T>
class ZeroedPages {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit ZeroedPages(std::size_t size) : size_(size) {
    void* p = mmap(nullptr, size * sizeof(T), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) throw std::bad_alloc();
    madvise(p, size * sizeof(T), MADV_HUGEPAGE);  // a wish: what it answers changes nothing
    data_ = static_cast<T*>(p);
  }
  ZeroedPages(ZeroedPages&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  ZeroedPages& operator=(ZeroedPages&&) = delete;
  ~ZeroedPages() {
    if (data_ != nullptr) munmap(data_, size_ * sizeof(T));
  }

  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::size_t size() const { return size_; }

 private:
  T* data_;
  std::size_t size_;
};

}  // namespace quern
