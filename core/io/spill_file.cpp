#include "core/io/spill_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/error.h"
#include "core/io/system_calls.h"

namespace quern {
namespace {

constexpr const char* kRemedy = "free some space there, or choose another place with --tmpdir";

// File systems without O_TMPFILE get a name that is gone as soon as the file is open.
int open_and_unlink(const std::string& directory) {
  std::string name = directory + "/quern-XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor >= 0) ::unlink(name.c_str());
  return descriptor;
}

}  // namespace

std::string spill_directory(const std::string& directory) {
  if (!directory.empty()) return directory;
  const char* const environment = std::getenv("TMPDIR");
  return environment != nullptr && *environment != '\0' ? environment : "/tmp";
}

SpillFile::SpillFile(std::string directory) : directory_(spill_directory(directory)) {}

SpillFile::~SpillFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void SpillFile::create() {
  descriptor_ = system_calls().open(directory_.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    descriptor_ = open_and_unlink(directory_);
  }
  if (descriptor_ >= 0) return;
  throw system_error("cannot make a file for temporary data", errno, directory_).remedy("choose another place with --tmpdir");
}

SpillFile::Block SpillFile::append(std::string_view bytes) {
  const Block unplaced{.offset = 0, .size = bytes.size(), .hash = XXH3_64bits(bytes.data(), bytes.size())};
  const std::lock_guard lock(mutex_);
  if (descriptor_ < 0) create();
  Block block = unplaced;
  block.offset = end_;
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = system_calls().write(descriptor_, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n > 0) {
      done += static_cast<std::size_t>(n);
      continue;
    }
    const int error = n == 0 ? EIO : errno;
    end_ += done;  // the next block follows what was written of this one
    throw system_error("writing temporary data failed", error, directory_).remedy(kRemedy);
  }
  end_ += block.size;
  const std::uint64_t held = held_ += block.size;
  most_ = std::max(most_.load(), held);  // appends exclude each other
  return block;
}

std::string_view SpillFile::read(const Block& block, std::string& buffer) const {
  buffer.resize(block.size);
  for (std::size_t done = 0; done < block.size;) {
    const ssize_t n = ::pread(descriptor_, buffer.data() + done, block.size - done, static_cast<off_t>(block.offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw system_error("reading temporary data failed", n == 0 ? EIO : errno, directory_);
    done += static_cast<std::size_t>(n);
  }
  if (XXH3_64bits(buffer.data(), buffer.size()) != block.hash) {
    throw Error(ErrorCode::io, "temporary data changed on disk").at(directory_).remedy("check the disk, or choose another place with --tmpdir");
  }
  return buffer;
}

void SpillFile::release(const Block& block) {
  held_ -= block.size;
#ifdef FALLOC_FL_PUNCH_HOLE
  (void)::fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(block.offset),
                    static_cast<off_t>(block.size));  // where it cannot be done, the space comes back with the file
#endif
}

}  // namespace quern
