// Checked output: every write, flush, fsync, close and rename is verified, and a file appears under its final name only
// when it is whole.
//
//   Output out = Output::to_file("ids.bin", {.force = true});   // or Output::to_stdout(), Output::open("-" or path)
//   out.write(bytes);
//   out.commit();                                     // flush, fsync, rename, directory fsync: only now does it exist
//
// Leaving scope without commit() removes the temporary file `<name>.tmp.<pid>.<n>` and leaves whatever stood under the
// final name untouched; so does a commit() that fails, up to the rename, and so does a signal handler that calls
// remove_unfinished_files() (core/io/unfinished_files.h). Should only the flush of the directory fail,
// the whole new file stands under its name and the error says so. A replaced file keeps its permissions, and a symbolic
// link stays one. Standard output has no temporary file; commit() flushes it and checks. A short write is continued;
// ENOSPC, EIO and the rest are an Error{io} naming the path. EPIPE on standard output throws BrokenPipe, which
// cli/main.cpp turns into a silent death by SIGPIPE. Targets that are not regular files (/dev/null, a FIFO) are written
// in place. One thread at a time.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace quern {

// The reader of our standard output went away (`| head`). Not an Error: nobody needs a message.
class BrokenPipe : public std::exception {
 public:
  const char* what() const noexcept override { return "broken pipe"; }
};

struct OutputOptions {
  bool force = false;               // replace an existing file; without it an existing one is Error{usage}
  std::size_t buffer = 256 * 1024;  // bytes held before they go to the kernel
};

class Output {
 public:
  static Output to_file(const std::string& path, OutputOptions options = {});
  static Output to_stdout(OutputOptions options = {});
  static Output open(const std::string& path, OutputOptions options = {});  // "-" or "" is standard output

  Output(Output&& other) noexcept;
  Output& operator=(Output&& other) noexcept;
  Output(const Output&) = delete;
  ~Output();

  void write(std::string_view bytes);
  void flush();   // to the kernel
  void commit();  // to the disk and under the final name; nothing may be written afterwards

  const std::string& path() const { return path_; }  // as the user named it; "standard output" for stdout
  std::size_t bytes_written() const { return written_; }

 private:
  Output() = default;
  void put(const char* data, std::size_t size);
  void publish();
  void finish_in_place();
  void discard() noexcept;

  int descriptor_ = -1;
  std::string path_;
  std::string target_;     // the final name, links followed
  std::string temporary_;  // empty: written in place
  std::vector<char> buffer_;
  std::size_t capacity_ = 0;
  std::size_t written_ = 0;
  bool standard_ = false;
  bool force_ = false;
};

// Writes a whole file atomically: Output::to_file, write, commit.
void write_file(const std::string& path, std::string_view bytes, OutputOptions options = {});

}  // namespace quern
