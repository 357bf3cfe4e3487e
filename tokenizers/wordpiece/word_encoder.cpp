#include "tokenizers/wordpiece/word_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "core/text/utf8.h"

namespace quern::wordpiece {
namespace {

constexpr std::size_t kFirstEdges = 1024;

std::uint64_t spread(std::uint32_t key) { return key * 0x9E3779B97F4A7C15u >> 20; }

}  // namespace

WordEncoder::WordEncoder(const WordPieceModel& model) : most_characters_(model.max_input_chars_per_word) {
  const std::string_view prefix = model.continuing_subword_prefix;
  edges_.resize(kFirstEdges);
  std::vector<Trie> nodes(2);
  bool has_unk = false;
  for (TokenId id = 0; id < model.vocabulary.size(); ++id) {
    const std::string_view token = model.vocabulary[id];
    if (token.empty()) continue;
    if (token == model.unk_token) unk_ = id, has_unk = true;
    if (utf8::count_code_points(token) > most_characters_ + prefix.size()) continue;  // no word is as long
    add_token(nodes, kFirst, token, id);
    if (token.size() > prefix.size() && token.starts_with(prefix)) {
      add_token(nodes, kContinuing, token.substr(prefix.size()), id);
    }
  }
  if (!has_unk) {
    throw Error(ErrorCode::format, fmt::format("the unknown token \"{}\" is not in the vocabulary", model.unk_token));
  }
  add_links(nodes);
}

std::size_t WordEncoder::place(std::uint32_t key) const {
  const std::size_t mask = edges_.size() - 1;
  std::size_t at = spread(key) & mask;
  while (edges_[at].key != 0 && edges_[at].key != key) at = (at + 1) & mask;
  return at;
}

WordEncoder::Node WordEncoder::child(Node node, unsigned char byte) const {
  const Edge& edge = edges_[place(edge_key(node, byte))];
  return edge.key == 0 ? kNowhere : edge.child;
}

void WordEncoder::add_edge(std::uint32_t key, Node child) {
  if (++edge_count_ * 3 > edges_.size() * 2) {
    std::vector<Edge> old(edges_.size() * 2);
    old.swap(edges_);
    for (const Edge& edge : old) {
      if (edge.key != 0) edges_[place(edge.key)] = edge;
    }
  }
  edges_[place(key)] = {key, child};
}

void WordEncoder::add_token(std::vector<Trie>& nodes, Node root, std::string_view text, TokenId id) {
  Node node = root;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    Node next = child(node, byte);
    if (next == kNowhere) {
      if (nodes.size() == kMostNodes) throw Error(ErrorCode::format, "the vocabulary is too large for a WordPiece model");
      next = static_cast<Node>(nodes.size());
      nodes.push_back({.parent = node, .byte = byte, .depth = nodes[node].depth + 1});
      add_edge(edge_key(node, byte), next);
    }
    node = next;
  }
  if (nodes[node].token != kNoCell) {
    throw Error(ErrorCode::format, fmt::format("tokens {} and {} are the same text", cells_[nodes[node].token].id, id));
  }
  nodes[node].token = static_cast<std::uint32_t>(cells_.size());
  cells_.push_back({id, static_cast<std::uint32_t>(text.size()), kNoCell});
}

// By depth: a node's link is found from its parent's, and leads to a node of less depth.
void WordEncoder::add_links(const std::vector<Trie>& nodes) {
  std::vector<Node> by_depth(nodes.size());
  std::iota(by_depth.begin(), by_depth.end(), Node{0});
  std::stable_sort(by_depth.begin(), by_depth.end(), [&](Node a, Node b) { return nodes[a].depth < nodes[b].depth; });
  links_.resize(nodes.size());
  for (const Node node : by_depth) {
    if (nodes[node].depth > 0) links_[node] = link_of(nodes[node]);
  }
}

WordEncoder::Link WordEncoder::link_of(const Trie& node) {
  if (node.token != kNoCell) return {kContinuing, node.token};
  Link link = links_[node.parent];
  while (link.next != kNowhere) {
    const Node next = child(link.next, node.byte);
    if (next != kNowhere) return {next, link.settled};
    link.settled = append(link.settled, links_[link.next].settled);
    link.next = links_[link.next].next;
  }
  return {};
}

// `list` with the tokens of `more` behind it.
std::uint32_t WordEncoder::append(std::uint32_t list, std::uint32_t more) {
  std::vector<std::uint32_t> reversed;
  for (; more != kNoCell; more = cells_[more].before) reversed.push_back(more);
  for (auto cell = reversed.rbegin(); cell != reversed.rend(); ++cell) {
    cells_.push_back({cells_[*cell].id, cells_[*cell].size, list});
    list = static_cast<std::uint32_t>(cells_.size() - 1);
  }
  return list;
}

void WordEncoder::settle(std::uint32_t list, std::uint32_t& at, std::vector<ModelToken>& tokens) const {
  const std::size_t first = tokens.size();
  for (; list != kNoCell; list = cells_[list].before) tokens.push_back({cells_[list].id, 0, cells_[list].size});
  std::reverse(tokens.begin() + static_cast<std::ptrdiff_t>(first), tokens.end());
  for (std::size_t i = first; i < tokens.size(); ++i) {
    tokens[i].begin = at;
    tokens[i].end = at += tokens[i].end;
  }
}

bool WordEncoder::match(std::string_view word, std::vector<ModelToken>& tokens) const {
  Node node = kFirst;
  std::uint32_t at = 0;
  const auto give_up_node = [&] {
    const Link& link = links_[node];
    if (link.next == kNowhere) return false;
    settle(link.settled, at, tokens);
    node = link.next;
    return true;
  };
  for (const char byte : word) {
    Node next;
    while ((next = child(node, static_cast<unsigned char>(byte))) == kNowhere) {
      if (!give_up_node()) return false;
    }
    node = next;
  }
  while (node != kContinuing) {
    if (!give_up_node()) return false;
  }
  return true;
}

void WordEncoder::encode(std::string_view word, std::vector<ModelToken>& tokens) const {
  const std::size_t first = tokens.size();
  if (utf8::count_code_points(word) <= most_characters_ && match(word, tokens)) return;
  tokens.resize(first);
  tokens.push_back({unk_, 0, static_cast<std::uint32_t>(word.size())});
}

}  // namespace quern::wordpiece
