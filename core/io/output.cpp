#include "core/io/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

#include "core/error.h"
#include "core/io/system_calls.h"
#include "core/io/unfinished_files.h"

namespace quern {
namespace {

// strerror says what happened; this says what a user can do about it.
const char* remedy_for(int errno_value) {
  switch (errno_value) {
    case ENOSPC:
    case EDQUOT:
      return "free some space, or write elsewhere with -o";
    case ENOENT:
    case ENOTDIR:
      return "create its directory first";
    case EACCES:
    case EPERM:
    case EROFS:
      return "write elsewhere with -o";
    default:
      return "";
  }
}

[[noreturn]] void fail(const char* what, int errno_value, const std::string& path) {
  throw system_error(what, errno_value, path).remedy(remedy_for(errno_value));
}

[[noreturn]] void refuse_existing(const std::string& path) {
  throw Error(ErrorCode::usage, "exists already").at(path).remedy("replace it with --force, or choose another name");
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A symbolic link stays one: what it points to is replaced, and the temporary file lies beside that.
std::string follow_links(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) != nullptr ? resolved : path;
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

// Opens a fresh `<target>.tmp.<pid>.<n>`; names a killed process of the same number left behind are passed over.
int open_temporary(const std::string& target, std::string& name) {
  static std::atomic<unsigned> counter{0};
  for (;;) {
    name = target + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
    remember_unfinished_file(name);
    const int descriptor = system_calls().open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return descriptor;
    const int error = errno;
    forget_unfinished_file(name);
    if (error != EEXIST) return errno = error, descriptor;
  }
}

}  // namespace

Output Output::to_file(const std::string& path, OutputOptions options) {
  Output out;
  out.path_ = path;
  out.capacity_ = options.buffer;
  out.force_ = options.force;
  struct stat status {};
  const bool found = ::stat(path.c_str(), &status) == 0;
  if (found && S_ISDIR(status.st_mode)) {
    throw Error(ErrorCode::usage, "is a directory").at(path).remedy("name a file in it");
  }
  if (found && !S_ISREG(status.st_mode)) {  // a device or FIFO: nothing to rename, nothing to lose
    out.descriptor_ = system_calls().open(path.c_str(), O_WRONLY | O_CLOEXEC, 0);
    if (out.descriptor_ < 0) fail("cannot open", errno, path);
    return out;
  }
  if (found && !options.force) refuse_existing(path);
  out.target_ = follow_links(path);
  out.descriptor_ = open_temporary(out.target_, out.temporary_);
  if (out.descriptor_ < 0) {
    out.temporary_.clear();
    fail("cannot create", errno, path);
  }
  if (found)
    (void)::fchmod(out.descriptor_, status.st_mode & 07777);  // where that is not ours to set, the default will do
  return out;
}

Output Output::to_stdout(OutputOptions options) {
  Output out;
  out.path_ = "standard output";
  out.capacity_ = options.buffer;
  out.descriptor_ = STDOUT_FILENO;
  out.standard_ = true;
  return out;
}

Output Output::open(const std::string& path, OutputOptions options) {
  return path.empty() || path == "-" ? to_stdout(options) : to_file(path, options);
}

Output::Output(Output&& other) noexcept { *this = std::move(other); }

Output& Output::operator=(Output&& other) noexcept {
  if (this == &other) return *this;
  discard();
  descriptor_ = std::exchange(other.descriptor_, -1);
  path_ = std::move(other.path_);
  target_ = std::move(other.target_);
  temporary_ = std::exchange(other.temporary_, {});
  buffer_ = std::exchange(other.buffer_, {});
  capacity_ = other.capacity_;
  written_ = other.written_;
  standard_ = other.standard_;
  force_ = other.force_;
  return *this;
}

Output::~Output() { discard(); }

void Output::write(std::string_view bytes) {
  if (descriptor_ < 0) throw Error(ErrorCode::internal, "written to after it was committed or failed").at(path_);
  written_ += bytes.size();
  if (buffer_.size() + bytes.size() > capacity_) flush();
  if (bytes.size() >= capacity_) return put(bytes.data(), bytes.size());
  if (buffer_.capacity() == 0) buffer_.reserve(capacity_);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void Output::flush() {
  put(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void Output::put(const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = system_calls().write(descriptor_, data, size);
    if (n > 0) {
      data += n;
      size -= static_cast<std::size_t>(n);
      continue;
    }
    const int error = n == 0 ? EIO : errno;  // a device that takes nothing would keep us here for ever
    if (error == EINTR) continue;
    if (error == EAGAIN) {  // somebody who shares the descriptor made it non-blocking
      pollfd waiting{descriptor_, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
      continue;
    }
    discard();
    if (error == EPIPE && standard_) throw BrokenPipe();
    fail("write failed", error, path_);
  }
}

void Output::commit() {
  if (descriptor_ < 0) throw Error(ErrorCode::internal, "committed twice").at(path_);
  flush();
  if (temporary_.empty()) {
    finish_in_place();
  } else {
    publish();
  }
}

// What has no final name to appear under. A deferred error (NFS, quotas) shows at close; standard output itself must
// stay open, so a duplicate is closed in its place.
void Output::finish_in_place() {
  const int descriptor = standard_ ? ::dup(descriptor_) : descriptor_;
  descriptor_ = -1;
  if (descriptor < 0 || system_calls().close(descriptor) != 0) fail("close failed", errno, path_);
}

void Output::publish() {
  const auto check = [&](bool done, const char* what) {
    if (done) return;
    const int error = errno;
    discard();
    fail(what, error, path_);
  };
  check(system_calls().fsync(descriptor_) == 0, "flushing to disk failed");
  check(system_calls().close(std::exchange(descriptor_, -1)) == 0, "close failed");
  if (!force_ && exists(target_)) {  // somebody made it while we wrote
    discard();
    refuse_existing(path_);
  }
  // Opened before the rename, so that all that can fail afterwards is the flush of the new name.
  const int directory = system_calls().open(directory_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  check(directory >= 0, "cannot open its directory");
  if (system_calls().rename(temporary_.c_str(), target_.c_str()) != 0) {
    const int error = errno;
    ::close(directory);
    discard();
    fail("rename failed", error, path_);
  }
  forget_unfinished_file(temporary_);
  temporary_.clear();
  const int error = system_calls().fsync(directory) == 0 ? 0 : errno;
  ::close(directory);
  // Some file systems do not flush directories and say so with EINVAL.
  if (error != 0 && error != EINVAL) fail("flushing its directory to disk failed", error, path_);
}

void Output::discard() noexcept {
  if (descriptor_ >= 0 && !standard_) ::close(descriptor_);
  descriptor_ = -1;
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
    forget_unfinished_file(temporary_);
  }
  temporary_.clear();
  buffer_.clear();
}

void write_file(const std::string& path, std::string_view bytes, OutputOptions options) {
  Output out = Output::to_file(path, options);
  out.write(bytes);
  out.commit();
}

}  // namespace quern
