#include "core/io/input.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <thread>
#include <vector>

#include "core/error.h"
#include "tests/support/compress.h"
#include "tests/support/temporary_directory.h"

using namespace quern;
using quern::test::TemporaryDirectory;

namespace {

std::string read_all(Input& in, std::size_t step = 4096) {
  std::string content;
  std::vector<char> buffer(step);
  while (const std::size_t n = in.read(buffer.data(), step)) content.append(buffer.data(), n);
  CHECK(in.read(buffer.data(), step) == 0);  // the end stays the end
  return content;
}

std::string decompress(std::string_view bytes, const std::string& path, std::size_t step = 4096) {
  return read_all(*open_bytes(bytes, path), step);
}

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error was thrown");
  throw;
}

struct Form {
  Compression compression;
  std::string suffix;
  std::function<std::string(std::string_view)> compress;
};

const std::vector<Form>& forms() {
  static const std::vector<Form> all = {
      {Compression::gzip, ".gz", test::gzip},
      {Compression::zstd, ".zst", [](std::string_view text) { return test::zstd(text); }},
      {Compression::xz, ".xz", test::xz},
      {Compression::bzip2, ".bz2", test::bzip2},
  };
  return all;
}

std::string long_text() {
  std::string text;
  for (int i = 0; text.size() < 700'000; ++i) text += "第" + std::to_string(i * 2654435761u) + "行 of the corpus\n";
  return text;
}

}  // namespace

TEST_CASE("every compressed form reads back, whatever the size of a read") {
  for (const Form& form : forms()) {
    for (const std::string& text : {std::string(), std::string("a"), std::string("two\nlines\n"), long_text()}) {
      const std::string bytes = form.compress(text);
      CHECK(open_bytes(bytes, "x")->compression() == form.compression);
      CHECK(decompress(bytes, "x", 65536) == text);
      if (text.size() < 100) CHECK(decompress(bytes, "x", 1) == text);
    }
  }
}

TEST_CASE("all members, frames and streams are read, empty ones included") {
  for (const Form& form : forms()) {
    const std::string bytes = form.compress("one ") + form.compress("") + form.compress("") + form.compress("two");
    CHECK(decompress(bytes, "x") == "one two");
    CHECK(decompress(bytes, "x", 1) == "one two");
    CHECK(open_bytes(bytes, "x")->position() <= 10);
  }
}

TEST_CASE("zstd's skippable frames are passed over, wherever they stand") {
  const std::string skip = test::zstd_skippable("seek table or whatever");
  CHECK(decompress(skip + test::zstd("a") + skip + test::zstd_skippable("") + test::zstd("b") + skip, "x", 1) == "ab");
  CHECK(decompress(skip, "x") == "");
}

TEST_CASE("a compressed file cut off at any byte is an error, not a short read") {
  for (const Form& form : forms()) {
    const std::string bytes = form.compress("some text, 一些文本, and some more of it\n");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      INFO(name(form.compression) << " cut at " << size << " of " << bytes.size());
      const auto error = error_of([&] { decompress(std::string_view(bytes).substr(0, size), "x" + form.suffix); });
      CHECK(error.code() == ErrorCode::format);
      CHECK(error.where().path == "x" + form.suffix);
      CHECK(error.where().has_byte);
      CHECK(error.where().byte == size);
    }
  }
}

TEST_CASE("a second member cut off at any byte is an error too") {
  for (const Form& form : forms()) {
    const std::string first = form.compress("first"), second = form.compress("second");
    for (std::size_t size = 1; size < second.size(); ++size) {
      INFO(name(form.compression) << " second stream cut at " << size);
      CHECK_THROWS_AS(decompress(first + second.substr(0, size), "x"), Error);
    }
  }
}

TEST_CASE("a damaged byte never changes the text unnoticed") {
  const std::string text = "some text, 一些文本, and some more of it\n";
  for (const Form& form : forms()) {
    const std::string bytes = form.compress(text);
    int noticed = 0;
    for (std::size_t at = 10; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
      try {
        const std::string read = decompress(damaged, "x");
        CHECK(read == text);  // a byte that does not matter, such as the system in a gzip header
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::format);
        CHECK(error.where().byte <= bytes.size());
        ++noticed;
      }
    }
    CHECK(noticed > static_cast<int>(bytes.size()) / 2);
  }
}

TEST_CASE("behind the last stream zero padding may stand where the format has it, garbage nowhere") {
  const std::string zeros(512, '\0');
  CHECK(decompress(test::gzip("a") + zeros, "x") == "a");
  CHECK(decompress(test::gzip("a") + zeros, "x", 1) == "a");
  CHECK(decompress(test::xz("a") + zeros + test::xz("b"), "x") == "ab");
  CHECK_THROWS_AS(decompress(test::xz("a") + std::string(2, '\0'), "x"), Error);
  CHECK_THROWS_AS(decompress(test::gzip("a") + zeros + test::gzip("b"), "x"), Error);
  for (const Form& form : forms()) {
    for (const std::string garbage : {"garbage", "\x1f", "B", "\xfd", "(", "\n"}) {
      INFO(name(form.compression) << " followed by " << garbage);
      const std::string bytes = form.compress("a");
      const auto error = error_of([&] { decompress(bytes + garbage, "x"); });
      CHECK(error.code() == ErrorCode::format);
      CHECK(error.where().byte >= bytes.size());
    }
  }
}

TEST_CASE("a zstd window beyond 128 MiB is refused with the way around it") {
  CHECK(decompress(test::zstd("small", 27), "x") == "small");
  const auto error = error_of([] { decompress(test::zstd("small", 28), "x.zst"); });
  CHECK(error.describe() ==
        "x.zst:0: zstd window larger than 128 MiB; decompress it with zstd -dc --long=31 and pipe it in");
}

TEST_CASE("text that begins like a compressed file is text") {
  for (const std::string text :
       {"", "B", "BZ", "BZh9", "BZh91", "BZh9 is a header\n", "(", "P", "P*M", "\x1f", "\x1f\x8a",
        "\xfd"
        "7zX"}) {
    CHECK(decompress(text, "x", 1) == text);
    CHECK(decompress(text, "x") == text);
  }
  CHECK(decompress("plain behind the name\n", "x.gz") == "plain behind the name\n");
}

TEST_CASE("a plain stream continues anywhere, a compressed one does not") {
  const TemporaryDirectory directory;
  const auto plain = open_input(directory.write("plain", "0123456789abcdef"));
  CHECK(plain->seek(12));
  CHECK(plain->position() == 12);
  CHECK(read_all(*plain) == "cdef");
  CHECK(plain->seek(2));
  CHECK(read_all(*plain, 3) == "23456789abcdef");
  CHECK_FALSE(open_input(directory.write("packed", test::gzip("0123")))->seek(1));
}

TEST_CASE("files and pipes are read alike") {
  const TemporaryDirectory directory;
  const std::string text = long_text();
  for (const Form& form : forms()) {
    const std::string bytes = form.compress(text);
    const std::string path = directory.write("file", bytes);
    const auto in = open_input(path);
    CHECK(read_all(*in) == text);
    CHECK(in->position() == bytes.size());
    CHECK(size_on_disk(path) == bytes.size());
    CHECK(read_file(path) == text);

    const std::string fifo = directory / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    std::thread writer([&] { directory.write("fifo", bytes); });
    CHECK(read_file(fifo) == text);
    writer.join();
    CHECK(size_on_disk(fifo) == 0);
    REQUIRE(::unlink(fifo.c_str()) == 0);
  }
}

TEST_CASE("a whole file is read up to the limit and not beyond") {
  const TemporaryDirectory directory;
  for (const std::string& path : {directory.write("plain", "12345"), directory.write("packed", test::gzip("12345"))}) {
    CHECK(read_file(path, 5) == "12345");
    CHECK(error_of([&] { read_file(path, 4); }).code() == ErrorCode::memory);
  }
  CHECK(read_file(directory.write("empty", "")) == "");
  CHECK(read_file("/proc/self/status").find("Name:") == 0);  // says of itself that it is empty
}

TEST_CASE("what cannot be opened says why") {
  const TemporaryDirectory directory;
  const auto missing = error_of([&] { open_input(directory / "missing"); });
  CHECK(missing.code() == ErrorCode::io);
  CHECK(missing.describe() ==
        directory / "missing" + ": cannot open: No such file or directory; check the name");
  CHECK(error_of([&] { size_on_disk(directory / "missing"); }).describe() == missing.describe());

  const auto folder = error_of([&] { open_input(directory.path()); });
  CHECK(folder.code() == ErrorCode::io);
  CHECK(folder.message() == "is a directory");
  CHECK(folder.remedy() == "name the files in it, for example " + directory / "*.txt");
  CHECK_THROWS_AS(size_on_disk(directory.path()), Error);

  if (::geteuid() != 0) {  // root may read everything
    const std::string locked = directory.write("locked", "x");
    REQUIRE(::chmod(locked.c_str(), 0) == 0);
    CHECK(error_of([&] { open_input(locked); }).remedy() == "its permissions do not let you read it");
  }
}
