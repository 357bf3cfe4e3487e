// ContainerWriter: the frame around sections as they are written.
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/io/container.h"
#include "core/io/container_layout.h"

namespace quern {

using namespace container_layout;

struct ContainerWriter::State {
  explicit State(Output& output) : out(output), hash(XXH3_createState(), XXH3_freeState) { XXH3_128bits_reset(hash.get()); }

  Output& out;
  std::uint64_t at = 0;  // bytes written
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> hash;  // of the current block
  std::string hashes;
  std::vector<ContainerSection> sections;
  bool finished = false;

  void end_block() {
    append_hash(hashes, XXH3_128bits_digest(hash.get()));
    XXH3_128bits_reset(hash.get());
  }
  void put(std::string_view bytes) {
    out.write(bytes);
    while (!bytes.empty()) {
      const std::size_t room = kContainerBlock - static_cast<std::size_t>(at % kContainerBlock);
      const std::string_view part = bytes.substr(0, room);
      XXH3_128bits_update(hash.get(), part.data(), part.size());
      at += part.size();
      if (at % kContainerBlock == 0) end_block();
      bytes.remove_prefix(part.size());
    }
  }
  void end_section() {
    if (!sections.empty()) sections.back().size = at - sections.back().offset;
    static constexpr char kZeros[kAlignment] = {};
    put({kZeros, static_cast<std::size_t>(aligned(at) - at)});
  }
};

ContainerWriter::ContainerWriter(Output& out, std::string_view kind, std::uint32_t version)
    : state_(std::make_unique<State>(out)) {
  std::string header(kContainerMagic);
  append_name(header, kind, kKindBytes);
  append_u32(header, version);
  append_u32(header, kFrame);
  header.resize(kHeaderBytes);
  state_->put(header);
}

ContainerWriter::~ContainerWriter() = default;

void ContainerWriter::begin_section(std::string_view name) {
  const auto same = [&](const ContainerSection& section) { return section.name == name; };
  if (std::any_of(state_->sections.begin(), state_->sections.end(), same)) {
    throw Error(ErrorCode::internal, "section \"" + std::string(name) + "\" is written twice");
  }
  state_->end_section();
  state_->sections.push_back({std::string(name), state_->at, 0});
}

void ContainerWriter::write(std::string_view bytes) {
  if (state_->sections.empty() || state_->finished) throw Error(ErrorCode::internal, "bytes outside of a section");
  state_->put(bytes);
}

void ContainerWriter::finish() {
  state_->end_section();
  state_->finished = true;
  const std::uint64_t table_offset = state_->at;
  if (table_offset % kContainerBlock != 0) state_->end_block();

  std::string table;
  for (const ContainerSection& section : state_->sections) {
    append_name(table, section.name, kNameBytes);
    append_u64(table, section.offset);
    append_u64(table, section.size);
    table.resize(table.size() + kAlignment - kNameBytes - 16);
  }
  table += state_->hashes;
  append_u64(table, table_offset);
  append_u32(table, static_cast<std::uint32_t>(state_->sections.size()));
  append_u32(table, 0);
  append_u64(table, table_offset + table.size() - 16 + kTrailerBytes);
  table.resize(table.size() + 16);
  append_hash(table, XXH3_128bits(table.data(), table.size()));
  table += kEndMagic;
  state_->out.write(table);
}

}  // namespace quern
