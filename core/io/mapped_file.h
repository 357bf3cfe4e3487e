// A plain file mapped read-only, whole; pages behind the reader are given back with release(), so that a file larger
// than memory can be walked.
//
//   MappedFile file("corpus.txt");
//   use(file.bytes());
//   file.release(0, done);     // these pages need not stay resident
//
// Only regular files: anything else is Error{io}. A file that shrinks while mapped is the kernel's SIGBUS; inputs that
// may change are read through open_input instead. Immutable, so any number of threads may read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace quern {

class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return {data_, size_}; }
  void release(std::size_t begin, std::size_t end) const;

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace quern
