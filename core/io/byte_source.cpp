#include "core/io/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "core/io/input.h"
#include "core/stop.h"

namespace quern {
namespace {

constexpr const char* kStandardInput = "standard input";
constexpr int kPatience = 200;  // milliseconds

class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(int descriptor, std::string path, bool owned, bool regular)
      : descriptor_(descriptor), path_(std::move(path)), owned_(owned), regular_(regular) {}
  DescriptorSource(const DescriptorSource&) = delete;
  ~DescriptorSource() override {
    if (owned_) ::close(descriptor_);
  }

  std::size_t read(char* buffer, std::size_t size) override {
    for (;;) {
      if (!regular_) wait();
      const ssize_t n = ::read(descriptor_, buffer, size);
      if (n >= 0) return static_cast<std::size_t>(n);
      // EAGAIN: somebody who shares the descriptor made it non-blocking.
      if (errno != EINTR && errno != EAGAIN) throw system_error("read failed", errno, path_);
    }
  }

  bool seek(std::uint64_t byte) override {
    return owned_ && regular_ && ::lseek(descriptor_, static_cast<off_t>(byte), SEEK_SET) >= 0;
  }

 private:
  // For bytes from a pipe, which may stay away for hours: whoever can save what it has is not kept waiting with a stop.
  void wait() const {
    for (pollfd waiting{descriptor_, POLLIN, 0};;) {
      const int ready = ::poll(&waiting, 1, kPatience);
      if (ready > 0 || (ready < 0 && errno != EINTR)) return;
      Stop::throw_if_requested();
    }
  }

  int descriptor_;
  std::string path_;
  bool owned_, regular_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}

  std::size_t read(char* buffer, std::size_t size) override {
    const std::size_t n = std::min(size, bytes_.size() - at_);
    std::copy_n(bytes_.data() + at_, n, buffer);
    at_ += n;
    return n;
  }

  bool seek(std::uint64_t byte) override {
    at_ = static_cast<std::size_t>(std::min<std::uint64_t>(byte, bytes_.size()));
    return true;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

[[noreturn]] void fail_to_open(int errno_value, const std::string& path) {
  Error error = system_error("cannot open", errno_value, path);
  if (errno_value == ENOENT || errno_value == ENOTDIR) error.remedy("check the name");
  if (errno_value == EACCES) error.remedy("its permissions do not let you read it");
  throw error;
}

[[noreturn]] void refuse_directory(const std::string& path) {
  throw Error(ErrorCode::io, "is a directory").at(path).remedy("name the files in it, for example " + path + "/*.txt");
}

}  // namespace

std::unique_ptr<ByteSource> open_source(const std::string& path) {
  const bool standard = path == "-";
  const int descriptor = standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail_to_open(errno, path);
  auto source = [&](bool regular) {
    return std::make_unique<DescriptorSource>(descriptor, standard ? kStandardInput : path, !standard, regular);
  };
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    const int error = errno;
    source(false);  // closes it
    throw system_error("cannot open", error, standard ? kStandardInput : path);
  }
  auto opened = source(S_ISREG(status.st_mode));
  if (S_ISDIR(status.st_mode)) refuse_directory(standard ? kStandardInput : path);
  if (S_ISREG(status.st_mode)) (void)::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return opened;
}

std::unique_ptr<ByteSource> memory_source(std::string_view bytes) { return std::make_unique<MemorySource>(bytes); }

std::uint64_t size_on_disk(const std::string& path) {
  struct stat status {};
  if (path == "-") {
    if (::fstat(STDIN_FILENO, &status) != 0) return 0;
  } else if (::stat(path.c_str(), &status) != 0) {
    fail_to_open(errno, path);
  }
  if (S_ISDIR(status.st_mode)) refuse_directory(path == "-" ? kStandardInput : path);
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace quern
