// Temporary data on disk without a name: blocks of bytes are appended by any thread and read back, in any order, by any
// number of them.
//
//   SpillFile spill(tmpdir);                             // --tmpdir, else $TMPDIR, else /tmp
//   const SpillFile::Block block = spill.append(bytes);
//   std::string buffer;
//   use(spill.read(block, buffer));                      // checked against the hash kept in `block`
//   spill.release(block);                                // its space may be used again
//
// The file has no name once it is open, so nothing is left behind however the process ends, kill -9 included. It is
// created by the first append. A write that fails (a full disk) is Error{io} naming the directory; what was
// written before stays readable. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace quern {

class SpillFile {
 public:
  struct Block {
    std::uint64_t offset = 0, size = 0, hash = 0;
  };

  explicit SpillFile(std::string directory = {});
  SpillFile(const SpillFile&) = delete;
  ~SpillFile();

  Block append(std::string_view bytes);
  // The bytes of a block, in `buffer`.
  std::string_view read(const Block& block, std::string& buffer) const;
  void release(const Block& block);  // where the file system can; never fails

  std::uint64_t bytes() const { return held_.load(std::memory_order_relaxed); }  // appended and not released
  std::uint64_t most_bytes() const { return most_.load(std::memory_order_relaxed); }
  const std::string& directory() const { return directory_; }

 private:
  void create();

  std::string directory_;
  std::mutex mutex_;  // of appends
  int descriptor_ = -1;
  std::uint64_t end_ = 0;
  std::atomic<std::uint64_t> held_{0}, most_{0};
};

// Where temporary data goes: `directory` if it is not empty, else $TMPDIR, else /tmp.
std::string spill_directory(const std::string& directory = {});

}  // namespace quern
