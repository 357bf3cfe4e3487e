#include "core/io/container.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "core/io/container_layout.h"
#include "core/io/input.h"
#include "core/io/mapped_file.h"
#include "core/io/spill_file.h"

namespace quern {

using namespace container_layout;

namespace {

// Where a container's bytes are: each read gives [offset, offset + size), in `buffer` or in place.
class Bytes {
 public:
  virtual ~Bytes() = default;
  virtual std::string_view read(std::uint64_t offset, std::size_t size, std::string& buffer) const = 0;
  virtual bool in_place() const { return false; }
  std::uint64_t size = 0;
};

class ViewedBytes : public Bytes {
 public:
  explicit ViewedBytes(std::string_view bytes) : bytes_(bytes) { size = bytes.size(); }
  std::string_view read(std::uint64_t offset, std::size_t count, std::string&) const override {
    return bytes_.substr(static_cast<std::size_t>(offset), count);
  }
  bool in_place() const override { return true; }

 private:
  std::string_view bytes_;
};

class MappedBytes final : public ViewedBytes {
 public:
  explicit MappedBytes(MappedFile file) : ViewedBytes(file.bytes()), file_(std::move(file)) {}

 private:
  MappedFile file_;
};

// Opened anew for each block: a merge may have more of these than a process may have descriptors.
class FileBytes final : public Bytes {
 public:
  FileBytes(std::string path, std::uint64_t file_size) : path_(std::move(path)) { size = file_size; }
  std::string_view read(std::uint64_t offset, std::size_t count, std::string& buffer) const override {
    buffer.resize(count);
    const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw system_error("cannot open", errno, path_);
    for (std::size_t done = 0; done < count;) {
      const ssize_t n = ::pread(descriptor, buffer.data() + done, count - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      const int error = errno;
      if (n <= 0) ::close(descriptor);
      if (n < 0) throw system_error("cannot read", error, path_);
      if (n == 0) throw Error(ErrorCode::io, "became shorter while it was read").at(path_);
      done += static_cast<std::size_t>(n);
    }
    ::close(descriptor);
    return buffer;
  }

 private:
  std::string path_;
};

// What cannot be read in places.
class SpilledBytes final : public Bytes {
 public:
  SpilledBytes(std::string_view start, Input& rest) {
    std::string block(start);
    for (;;) {
      const std::size_t had = block.size();
      block.resize(std::max(had, kContainerBlock));
      const std::size_t n = had < kContainerBlock ? rest.read(block.data() + had, kContainerBlock - had) : 0;
      block.resize(had + n);
      if (n != 0 && block.size() < kContainerBlock) continue;
      if (!block.empty()) blocks_.push_back(spill_.append(block));
      size += block.size();
      if (block.size() < kContainerBlock) return;
      block.clear();
    }
  }
  std::string_view read(std::uint64_t offset, std::size_t count, std::string& buffer) const override {
    buffer.clear();
    std::string block;
    while (buffer.size() < count) {
      const std::uint64_t at = offset + buffer.size();
      const std::string_view bytes = spill_.read(blocks_[static_cast<std::size_t>(at / kContainerBlock)], block);
      buffer += bytes.substr(static_cast<std::size_t>(at % kContainerBlock), count - buffer.size());
    }
    return buffer;
  }

 private:
  SpillFile spill_;
  std::vector<SpillFile::Block> blocks_;
};

std::unique_ptr<Bytes> open_bytes_of(const std::string& path) {
  const auto in = open_input(path);
  struct stat status {};
  const bool regular = path != "-" && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  if (!regular || in->compression() != Compression::none) return std::make_unique<SpilledBytes>(std::string_view(), *in);
  return std::make_unique<FileBytes>(path, static_cast<std::uint64_t>(status.st_size));
}

}  // namespace

// The checked frame around the bytes.
struct ContainerState {
  ContainerState(std::unique_ptr<Bytes> source, std::string name, std::string_view kind, std::uint32_t newest)
      : path(std::move(name)), bytes(std::move(source)) {
    if (bytes->size < kHeaderBytes + kTrailerBytes) refuse("is too short for a container: " + std::to_string(bytes->size) + " bytes");
    read_table();
    read_header(kind, newest);
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::format, what).at(path).remedy("the file is damaged or not whole: make it again, or copy it again");
  }

  void read_table();
  void read_sections(std::string_view table, std::uint32_t count);
  void read_header(std::string_view kind, std::uint32_t newest);
  // Block `index` (from 0), verified.
  std::string_view block(std::uint64_t index, std::string& buffer) const;

  std::string path;
  std::unique_ptr<Bytes> bytes;
  std::uint32_t version = 0;
  std::uint64_t end = 0;  // of the sections: where the table begins
  std::vector<ContainerSection> sections;
  std::string hashes;
  mutable std::unique_ptr<std::atomic<bool>[]> verified;  // of blocks in place
};

void ContainerState::read_table() {
  std::string buffer;
  const std::uint64_t trailer_offset = bytes->size - kTrailerBytes;
  const std::string trailer(bytes->read(trailer_offset, kTrailerBytes, buffer));
  if (!trailer.ends_with(kEndMagic)) refuse("does not end as a container does");
  end = load<std::uint64_t>(trailer, 0);
  const auto count = load<std::uint32_t>(trailer, 8);
  const auto announced = load<std::uint64_t>(trailer, 16);
  if (announced != bytes->size) {
    refuse("is " + std::to_string(bytes->size) + " bytes long, " + std::to_string(announced) + " are announced");
  }
  if (end < kHeaderBytes || end > trailer_offset || end % kAlignment != 0) refuse("has its table outside the file");
  const std::uint64_t blocks = (end + kContainerBlock - 1) / kContainerBlock, table_size = trailer_offset - end;
  // Neither product can overflow: both factors are far below 2^32 and 2^44.
  if (table_size != std::uint64_t{count} * kEntryBytes + blocks * kHashBytes) refuse("has a table of the wrong size");
  const std::string_view table = bytes->read(end, static_cast<std::size_t>(table_size + kTrailerBytes), buffer);
  const std::size_t hashed = table.size() - kEndMagic.size() - kHashBytes;
  std::string hash;
  append_hash(hash, XXH3_128bits(table.data(), hashed));
  if (table.substr(hashed, kHashBytes) != hash) refuse("has a damaged table");
  hashes = table.substr(std::size_t{count} * kEntryBytes, static_cast<std::size_t>(blocks) * kHashBytes);
  if (bytes->in_place()) verified = std::make_unique<std::atomic<bool>[]>(static_cast<std::size_t>(blocks));
  read_sections(table, count);
}

// Sections follow each other without holes, so that no byte is in two of them or in none.
void ContainerState::read_sections(std::string_view table, std::uint32_t count) {
  std::uint64_t at = kHeaderBytes;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string_view entry = table.substr(std::size_t{i} * kEntryBytes, kEntryBytes);
    const std::string_view padded = entry.substr(0, kNameBytes), name = padded.substr(0, std::min(padded.find('\0'), padded.size()));
    const auto offset = load<std::uint64_t>(entry, kNameBytes), size = load<std::uint64_t>(entry, kNameBytes + 8);
    if (!is_name(name)) refuse("has a section without a name");
    if (offset != at || size > end - at) refuse("has section \"" + std::string(name) + "\" where none can be");
    for (const ContainerSection& other : sections) {
      if (other.name == name) refuse("has two sections \"" + other.name + "\"");
    }
    sections.push_back({std::string(name), offset, size});
    at = aligned(offset + size);
  }
  if (at != end) refuse("has bytes that belong to no section");
}

void ContainerState::read_header(std::string_view kind, std::uint32_t newest) {
  std::string buffer;
  const std::string_view header = bytes->read(0, kHeaderBytes, buffer);
  if (!header.starts_with(kContainerMagic)) refuse("does not begin as a container does");
  std::string checked;
  const std::string_view first = block(0, checked);
  if (load<std::uint32_t>(first, kContainerMagic.size() + kKindBytes + 4) != kFrame) refuse("has a frame of an unknown version");
  std::string_view found = first.substr(kContainerMagic.size(), kKindBytes);
  found = found.substr(0, std::min(found.find('\0'), found.size()));
  if (found != kind) {
    throw Error(ErrorCode::format, "holds \"" + std::string(found) + "\", expected \"" + std::string(kind) + "\"").at(path);
  }
  version = load<std::uint32_t>(first, kContainerMagic.size() + kKindBytes);
  if (version >= 1 && version <= newest) return;
  throw Error(ErrorCode::unsupported, "is of version " + std::to_string(version) + ", this quern reads versions 1 to " + std::to_string(newest))
      .at(path)
      .remedy("use a newer quern");
}

std::string_view ContainerState::block(std::uint64_t index, std::string& buffer) const {
  const std::uint64_t begin = index * kContainerBlock;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kContainerBlock, end - begin));
  const std::string_view content = bytes->read(begin, size, buffer);
  if (verified && verified[index].load(std::memory_order_acquire)) return content;
  std::string hash;
  append_hash(hash, XXH3_128bits(content.data(), content.size()));
  if (std::string_view(hashes).substr(static_cast<std::size_t>(index) * kHashBytes, kHashBytes) != hash) {
    refuse("is damaged between bytes " + std::to_string(begin) + " and " + std::to_string(begin + size));
  }
  if (verified) verified[index].store(true, std::memory_order_release);
  return content;
}

Container Container::open(const std::string& path, std::string_view kind, std::uint32_t newest) {
  return Container(std::make_shared<const ContainerState>(open_bytes_of(path), path == "-" ? "standard input" : path, kind, newest));
}

Container Container::copy(std::string_view start, Input& rest, std::string_view kind, std::uint32_t newest) {
  return Container(std::make_shared<const ContainerState>(std::make_unique<SpilledBytes>(start, rest), rest.path(), kind, newest));
}

Container Container::map(const std::string& path, std::string_view kind, std::uint32_t newest) {
  return Container(std::make_shared<const ContainerState>(std::make_unique<MappedBytes>(MappedFile(path)), path, kind, newest));
}

Container Container::view(std::string_view bytes, const std::string& name, std::string_view kind, std::uint32_t newest) {
  return Container(std::make_shared<const ContainerState>(std::make_unique<ViewedBytes>(bytes), name, kind, newest));
}

std::uint32_t Container::version() const { return state_->version; }
const std::string& Container::path() const { return state_->path; }
const std::vector<ContainerSection>& Container::sections() const { return state_->sections; }

const ContainerSection& Container::section(std::string_view name) const {
  for (const ContainerSection& section : state_->sections) {
    if (section.name == name) return section;
  }
  state_->refuse("has no section \"" + std::string(name) + "\"");
}

std::string_view Container::Stream::next() {
  if (at_ == end_) return {};
  const std::uint64_t index = at_ / kContainerBlock, begin = index * kContainerBlock;
  const std::string_view block = state_->block(index, buffer_);
  const std::uint64_t stop = std::min(end_, begin + block.size());
  const std::string_view part = block.substr(static_cast<std::size_t>(at_ - begin), static_cast<std::size_t>(stop - at_));
  at_ = stop;
  return part;
}

Container::Stream Container::stream(std::string_view name) const {
  const ContainerSection& found = section(name);
  Stream stream;
  stream.state_ = state_;
  stream.at_ = found.offset;
  stream.end_ = found.offset + found.size;
  return stream;
}

std::string Container::read(std::string_view name, std::size_t limit) const {
  const ContainerSection& found = section(name);
  if (found.size > limit) {
    state_->refuse("has " + std::to_string(found.size) + " bytes in section \"" + found.name + "\", at most " + std::to_string(limit) + " can be");
  }
  std::string all;
  Stream parts = stream(name);
  for (std::string_view part; !(part = parts.next()).empty();) all += part;
  return all;
}

std::string_view Container::bytes(std::string_view name) const {
  const ContainerSection& found = section(name);
  if (!state_->bytes->in_place()) throw Error(ErrorCode::internal, "a container that is read in blocks has no bytes in place");
  std::string unused;
  for (std::uint64_t at = found.offset; at < found.offset + found.size; at = (at / kContainerBlock + 1) * kContainerBlock) {
    (void)state_->block(at / kContainerBlock, unused);
  }
  return state_->bytes->read(found.offset, static_cast<std::size_t>(found.size), unused);
}

}  // namespace quern
