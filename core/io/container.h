// The one frame of quern's own binary files: named sections of bytes under checksums.
//
//   Output out = Output::to_file("en.run");
//   ContainerWriter writer(out, "counts", 1);            // kind and version of what is inside
//   writer.begin_section("entries");
//   writer.write(bytes); …
//   writer.finish();
//   out.commit();
//
//   const Container container = Container::open("en.run", "counts", 1);     // 1: the newest version known
//   auto stream = container.stream("entries");
//   for (std::string_view bytes; !(bytes = stream.next()).empty();) use(bytes);   // checked
//
// Layout, little-endian throughout:
//
//   header    64 bytes   89 'Q' 'R' 'N' 0D 0A 1A 0A · kind[16] · u32 version · u32 frame (1) · zeros
//   sections             each begins at a multiple of 64, zeros between them, also behind the last
//   table                for each section: name[24] · u64 offset · u64 size · 24 zeros       (64 bytes)
//                        for each MiB of the file before the table: its xxh3-128, low half first    (16 bytes)
//   trailer   64 bytes   u64 table offset · u32 sections · u32 zero · u64 size of the file · 16 zeros ·
//                        xxh3-128 of all from the table on to here · 'Q' 'R' 'N' 'E' 'N' 'D' 0D 0A
//
// So it is written in one pass to anything, pipes included, and every byte is under a checksum. Names and kinds are printable ASCII.
// Reading trusts nothing: sizes are checked against the file before they are used, the table when it is opened, each MiB
// when it is first needed; what does not fit is Error{format} naming the file. A file is read in blocks of a MiB, or
// mapped (Container::map), and then also usable in place. No descriptor stays open between reads. What comes through a pipe
// or is compressed is first copied to temporary data. A Container is immutable: any number of threads, each with its own streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/input.h"
#include "core/io/output.h"

namespace quern {

inline constexpr std::string_view kContainerMagic{"\x89QRN\r\n\x1a\n", 8};  // how every container begins
inline constexpr std::size_t kContainerBlock = std::size_t{1} << 20;  // what one checksum covers

class ContainerWriter {
 public:
  // Writes to `out`, which must be empty; committing it is the caller's.
  ContainerWriter(Output& out, std::string_view kind, std::uint32_t version);
  ~ContainerWriter();

  void begin_section(std::string_view name);  // ends the one before
  void write(std::string_view bytes);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct ContainerSection {
  std::string name;
  std::uint64_t offset = 0, size = 0;
};

class Container {
 public:
  static Container open(const std::string& path, std::string_view kind, std::uint32_t newest);
  // What is left of a stream, of which `start` was read already: copied to temporary data first.
  static Container copy(std::string_view start, Input& rest, std::string_view kind, std::uint32_t newest);
  static Container map(const std::string& path, std::string_view kind, std::uint32_t newest);
  // Over bytes in memory that outlive it.
  static Container view(std::string_view bytes, const std::string& name, std::string_view kind, std::uint32_t newest);

  std::uint32_t version() const;
  const std::string& path() const;
  const std::vector<ContainerSection>& sections() const;
  const ContainerSection& section(std::string_view name) const;  // Error{format} when there is none

  // The section's bytes in order, as verified stretches of at most a MiB.
  class Stream {
   public:
    std::string_view next();  // empty at the end; valid until the next call

   private:
    friend class Container;
    std::shared_ptr<const struct ContainerState> state_;
    std::uint64_t at_ = 0, end_ = 0;
    std::string buffer_;
  };
  Stream stream(std::string_view section) const;

  // A section whole. More than `limit` bytes is Error{format}.
  std::string read(std::string_view section, std::size_t limit) const;
  // The same in place, of a mapped or viewed container; each MiB is verified the first time it is asked for.
  std::string_view bytes(std::string_view section) const;

 private:
  explicit Container(std::shared_ptr<const ContainerState> state) : state_(std::move(state)) {}
  std::shared_ptr<const ContainerState> state_;
};

}  // namespace quern
