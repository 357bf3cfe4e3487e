#include "tokenizers/bpe/piece_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "core/error.h"
#include "tokenizers/bpe/character_table.h"
#include "tokenizers/bpe/merger.h"
#include "tokenizers/bpe/seams.h"
#include "tokenizers/bpe/token_table.h"

namespace quern::bpe {
namespace {

constexpr std::uint32_t kNone = Merger::kNone;
constexpr std::size_t kPart = 256;           // bytes of a long piece that are merged at a time
constexpr std::size_t kFirstSeam = 4;        // tokens on each side that are merged anew where parts meet
constexpr std::size_t kSeamCredit = 1 << 16;  // bytes that seams may take, at first and for each part: a vocabulary whose
constexpr std::size_t kSeamShare = 8 * kPart;  // tokens are longer than parts, or that carries changes far, takes more

unsigned char byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

}  // namespace

struct PieceEncoder::Scratch : Merger::Scratch {
  using Merger::Scratch::Scratch;
  std::vector<TokenId> part, seam;  // of merge_in_parts
};
void PieceEncoder::ScratchDeleter::operator()(Scratch* scratch) const { delete scratch; }
PieceEncoder::ScratchPointer PieceEncoder::make_scratch(std::uint64_t memory) {
  return ScratchPointer(new Scratch(memory));
}

struct PieceEncoder::Tables {
  explicit Tables(const BpeModel& model);
  void add_merges(const BpeModel& model);
  void add_ranks();
  void insert(Merge merge, std::uint32_t rank, TokenId result);

  std::size_t symbols(std::string_view piece, TokenId* ids, std::uint32_t* lengths) const;
  std::size_t characters(std::string_view piece, TokenId* ids) const;
  std::size_t merge_short(std::string_view piece, TokenId* out) const;
  std::size_t encode(std::string_view piece, Scratch& scratch, TokenId* out) const;
  std::size_t merge(std::string_view piece, Scratch& scratch, TokenId* out) const;
  std::size_t merge_whole(std::string_view piece, Scratch& scratch, TokenId* out) const;
  std::optional<std::size_t> merge_in_parts(std::string_view piece, Scratch& scratch, TokenId* out) const;
  std::optional<std::size_t> mend_seam(std::string_view piece, std::size_t begin, std::size_t part_size, Scratch& scratch,
                                       TokenId* out, std::size_t count, std::size_t& credit) const;
  std::size_t bytes_of(const TokenId* ids, std::size_t count) const;

  TokenTable tokens;
  Merger merges;
  std::vector<MergeResult> merge_of_rank;
  std::array<TokenId, 256> byte_ids;
  std::vector<std::uint32_t> byte_pair_ranks = std::vector<std::uint32_t>(256 * 256, kNone);  // by two bytes
  TokenId unk = kNoToken;
  CharacterTable character_ids;  // filled when every byte is a token
  Seams seams;
  bool all_bytes = true;         // every byte is a token
  bool fuse_unk;
  bool whole_first;  // a piece that is a token need not come out of merging as that token
};

PieceEncoder::Tables::Tables(const BpeModel& model)
    : tokens(model.vocabulary),
      merges(model.vocabulary.size(), model.order == BpeOrder::ranks ? model.vocabulary.size() : model.merges.size()),
      seams(tokens),
      fuse_unk(model.fuse_unk),
      whole_first(model.ignore_merges) {
  for (int byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    byte_ids[byte] = tokens.find({&text, 1}).value_or(kNoToken);
    all_bytes = all_bytes && byte_ids[byte] != kNoToken;
  }
  if (model.unk_token) {
    const auto found = std::find(model.vocabulary.begin(), model.vocabulary.end(), *model.unk_token);
    if (found == model.vocabulary.end() || found->empty()) {
      throw Error(ErrorCode::format, fmt::format("the unknown token \"{}\" is not in the vocabulary", *model.unk_token));
    }
    unk = static_cast<TokenId>(found - model.vocabulary.begin());
  }
  model.order == BpeOrder::ranks ? add_ranks() : add_merges(model);
  if (all_bytes) {
    character_ids.build(merge_of_rank, tokens, [this](std::string_view piece, TokenId* out) { return merge_short(piece, out); });
  }
}

void PieceEncoder::Tables::insert(Merge merge, std::uint32_t rank, TokenId result) {
  merges.add(merge, rank, result);
  merge_of_rank[rank] = {merge, result};
  const std::string_view left = tokens.bytes(merge.left), right = tokens.bytes(merge.right);
  if (left.size() == 1 && right.size() == 1) byte_pair_ranks[byte_at(left, 0) << 8 | byte_at(right, 0)] = rank;
}

void PieceEncoder::Tables::add_merges(const BpeModel& model) {
  merge_of_rank.resize(model.merges.size());
  for (std::size_t rank = 0; rank < model.merges.size(); ++rank) {
    const Merge merge = model.merges[rank];
    const auto known = [&](TokenId id) { return id < tokens.size() && !model.vocabulary[id].empty(); };
    if (!known(merge.left) || !known(merge.right)) {
      throw Error(ErrorCode::format, fmt::format("merge {} joins tokens {} and {}, which are not both in the vocabulary",
                                                 rank, merge.left, merge.right));
    }
    const std::string_view left = tokens.bytes(merge.left), right = tokens.bytes(merge.right);
    const auto result = left.empty() || right.empty() ? std::nullopt : tokens.find(std::string(left) + std::string(right));
    if (!result) {
      throw Error(ErrorCode::format, fmt::format("merge {} makes \"{}{}\", which is not in the vocabulary", rank,
                                                 model.vocabulary[merge.left], model.vocabulary[merge.right]));
    }
    insert(merge, static_cast<std::uint32_t>(rank), *result);
  }
}

// Shorter tokens first: when a token's turn comes, all that can happen inside it is known, and running it through the
// merges so far ends with the two parts of its last merge (or with more, when no merge can reach it).
void PieceEncoder::Tables::add_ranks() {
  merge_of_rank.resize(tokens.size());
  std::vector<TokenId> by_length(tokens.size());
  std::iota(by_length.begin(), by_length.end(), TokenId{0});
  std::stable_sort(by_length.begin(), by_length.end(),
                   [this](TokenId a, TokenId b) { return tokens.bytes(a).size() < tokens.bytes(b).size(); });
  const ScratchPointer scratch = make_scratch();
  std::vector<TokenId> parts;
  for (const TokenId id : by_length) {
    const std::string_view token = tokens.bytes(id);
    if (token.size() < 2) continue;
    const auto is_token = [this](char byte) { return byte_ids[static_cast<unsigned char>(byte)] != kNoToken; };
    if (!all_bytes && !std::all_of(token.begin(), token.end(), is_token)) {
      whole_first = true;
      continue;
    }
    parts.resize(std::max(parts.size(), token.size()));
    if (merge(token, *scratch, parts.data()) == 2) {
      insert({parts[0], parts[1]}, id, id);
    } else {
      whole_first = true;
    }
  }
}

// The symbols a piece starts as; returns how many. `lengths` may be null.
std::size_t PieceEncoder::Tables::symbols(std::string_view piece, TokenId* ids, std::uint32_t* lengths) const {
  std::size_t size = 0;
  bool unknown_before = false;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const TokenId id = byte_ids[byte_at(piece, i)];
    const bool unknown = id == kNoToken;
    if (unknown && unk == kNoToken) continue;
    if (unknown && unknown_before && fuse_unk) {
      if (lengths != nullptr) ++lengths[size - 1];
      continue;
    }
    if (lengths != nullptr) lengths[size] = 1;
    ids[size++] = unknown ? unk : id;
    unknown_before = unknown;
  }
  return size;
}

// The same, with each character that can be told on its own in one step. Every byte is a token.
std::size_t PieceEncoder::Tables::characters(std::string_view piece, TokenId* ids) const {
  TokenId* out = ids;
  for (std::size_t i = 0; i < piece.size();) {
    const unsigned char byte = byte_at(piece, i);
    std::size_t taken = 0;
    if (byte >= 0x80) taken = character_ids.take(piece, i, out);
    if (taken == 0) {
      *out++ = byte_ids[byte];
      taken = 1;
    }
    i += taken;
  }
  return static_cast<std::size_t>(out - ids);
}

std::size_t PieceEncoder::Tables::merge_short(std::string_view piece, TokenId* out) const {
  ShortMerge row;
  TokenId* ids = row.ids();
  std::size_t size = piece.size();
  const bool ascii = std::all_of(piece.begin(), piece.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (all_bytes && (ascii || !character_ids.begins_merging())) {
    for (std::size_t i = 0; i < size; ++i) ids[i] = byte_ids[byte_at(piece, i)];
    for (std::size_t i = 0; i + 1 < size; ++i) row.set_rank(i, byte_pair_ranks[byte_at(piece, i) << 8 | byte_at(piece, i + 1)]);
  } else {
    size = all_bytes ? characters(piece, ids) : symbols(piece, ids, nullptr);
    for (std::size_t i = 0; i + 1 < size; ++i) row.set_rank(i, merges.rank(ids[i], ids[i + 1]));
  }
  if (size > 1) size = merges.join(row, size);
  std::copy_n(ids, size, out);
  return size;
}

std::size_t PieceEncoder::Tables::bytes_of(const TokenId* ids, std::size_t count) const {
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) size += tokens.bytes(ids[i]).size();
  return size;
}

// out holds the `count` tokens of piece[0, begin), scratch.part those of the part that begins there. What they are together
// differs around the seam only: a stretch across it is merged anew, and made longer until its first and its last token are
// those that stood there. Then any two neighbours of the result are neighbours in a stretch that was merged as a whole; and
// where that holds, no merge of the whole piece crosses from one token into the next (the first that did would have crossed
// in that stretch too), so the result is what merging all at once gives. Nothing: the credit is used up.
std::optional<std::size_t> PieceEncoder::Tables::mend_seam(std::string_view piece, std::size_t begin, std::size_t part_size,
                                                           Scratch& scratch, TokenId* out, std::size_t count,
                                                           std::size_t& credit) const {
  const TokenId* const part = scratch.part.data();
  std::size_t left = std::min(kFirstSeam, count), right = std::min(kFirstSeam, part_size);
  for (;;) {
    const std::size_t left_bytes = bytes_of(out + count - left, left), right_bytes = bytes_of(part, right);
    if (left_bytes + right_bytes > credit) return std::nullopt;
    credit -= left_bytes + right_bytes;
    scratch.seam.resize(std::max(scratch.seam.size(), left_bytes + right_bytes));
    TokenId* const seam = scratch.seam.data();
    const std::size_t size = merge_whole(piece.substr(begin - left_bytes, left_bytes + right_bytes), scratch, seam);
    const bool left_settled = left == count || seam[0] == out[count - left];
    const bool right_settled = right == part_size || seam[size - 1] == part[right - 1];
    if (left_settled && right_settled) {
      TokenId* const end = std::copy_n(seam, size, out + count - left);
      return static_cast<std::size_t>(std::copy(part + right, part + part_size, end) - out);
    }
    if (!left_settled) left = std::min(2 * left, count);
    if (!right_settled) right = std::min(2 * right, part_size);
  }
}

// A long piece part by part, so that what is worked on stays in the cache, in linear time; nothing where that would take
// longer than merging it as a whole. Every byte is a token.
std::optional<std::size_t> PieceEncoder::Tables::merge_in_parts(std::string_view piece, Scratch& scratch, TokenId* out) const {
  scratch.part.resize(kPart);
  std::size_t count = merge_whole(piece.substr(0, kPart), scratch, out), credit = kSeamCredit;
  for (std::size_t begin = kPart; begin < piece.size(); begin += kPart) {
    const std::size_t size = merge_whole(piece.substr(begin, kPart), scratch, scratch.part.data());
    const auto together = mend_seam(piece, begin, size, scratch, out, count, credit += kSeamShare);
    if (!together) return std::nullopt;
    count = *together;
  }
  return count;
}

// By merging alone.
std::size_t PieceEncoder::Tables::merge(std::string_view piece, Scratch& scratch, TokenId* out) const {
  if (all_bytes && piece.size() > kPart) {
    if (const auto count = merge_in_parts(piece, scratch, out)) return *count;
  }
  return merge_whole(piece, scratch, out);
}

std::size_t PieceEncoder::Tables::merge_whole(std::string_view piece, Scratch& scratch, TokenId* out) const {
  if (piece.size() <= ShortMerge::kMost) return merge_short(piece, out);
  scratch.resize(piece.size());
  const std::size_t size = character_ids.begins_merging()
                               ? characters(piece, scratch.ids.data())
                               : symbols(piece, scratch.ids.data(), scratch.lengths.data());
  merges.join(scratch, size);
  std::size_t count = 0;
  for (std::size_t i = 0; i < size; i = scratch.next[i]) out[count++] = scratch.ids[i];
  return count;
}

std::size_t PieceEncoder::Tables::encode(std::string_view piece, Scratch& scratch, TokenId* out) const {
  if (whole_first) {
    if (const auto id = tokens.find(piece)) return *out = *id, 1;
  }
  return merge(piece, scratch, out);
}

PieceEncoder::PieceEncoder(const BpeModel& model) : tables_(std::make_unique<const Tables>(model)) {}
const CharacterTable* PieceEncoder::characters() const { return tables_->all_bytes ? &tables_->character_ids : nullptr; }
const Seams& PieceEncoder::seams() const { return tables_->seams; }
PieceEncoder::~PieceEncoder() = default;
PieceEncoder::PieceEncoder(PieceEncoder&&) noexcept = default;

std::size_t PieceEncoder::encode(std::string_view piece, Scratch& scratch, TokenId* out) const {
  return tables_->encode(piece, scratch, out);
}

std::size_t PieceEncoder::merge(std::string_view part, Scratch& scratch, TokenId* out) const {
  return tables_->merge(part, scratch, out);
}
bool PieceEncoder::looks_for_wholes() const { return tables_->whole_first; }

void PieceEncoder::encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& ids) const {
  const std::size_t before = ids.size();
  ids.resize(before + piece.size());
  ids.resize(before + tables_->encode(piece, scratch, ids.data() + before));
}

void PieceEncoder::encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& ids,
                          std::vector<std::uint32_t>& lengths) const {
  if (tables_->whole_first) {
    if (const auto id = tables_->tokens.find(piece)) {
      ids.push_back(*id);
      lengths.push_back(static_cast<std::uint32_t>(piece.size()));
      return;
    }
  }
  if (tables_->all_bytes) {  // then tokens are as long as they say
    const std::size_t before = ids.size();
    ids.resize(before + piece.size());
    ids.resize(before + tables_->merge(piece, scratch, ids.data() + before));
    for (std::size_t i = before; i < ids.size(); ++i) lengths.push_back(static_cast<std::uint32_t>(bytes(ids[i]).size()));
    return;
  }
  scratch.resize(piece.size());
  const std::size_t size = tables_->symbols(piece, scratch.ids.data(), scratch.lengths.data());
  tables_->merges.join(scratch, size);
  for (std::size_t i = 0; i < size; i = scratch.next[i]) {
    ids.push_back(scratch.ids[i]);
    lengths.push_back(scratch.lengths[i]);
  }
}

std::vector<PieceEncoder::MergeResult> PieceEncoder::merges() const {
  std::vector<MergeResult> list;
  for (const MergeResult& merge : tables_->merge_of_rank) {
    if (merge.exists()) list.push_back(merge);
  }
  return list;
}

std::string_view PieceEncoder::bytes(TokenId id) const { return tables_->tokens.bytes(id); }

}  // namespace quern::bpe
