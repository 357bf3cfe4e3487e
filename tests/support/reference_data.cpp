#include "tests/support/reference_data.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "core/io/input.h"

namespace quern::reference_data {
namespace {

bool skip_unless(std::initializer_list<const char*> variables) {
  for (const char* variable : variables) {
    if (std::getenv(variable) != nullptr) continue;
    WARN("skipped: " << variable << " is not set");
    return false;
  }
  return true;
}

}  // namespace

bool available() { return skip_unless({"QUERN_FIXTURES", "QUERN_DATA"}); }
bool fixtures_available() { return skip_unless({"QUERN_FIXTURES"}); }

std::string fixture_path(const std::string& name) { return std::string(std::getenv("QUERN_FIXTURES")) + "/" + name; }
std::string data_path(const std::string& name) { return std::string(std::getenv("QUERN_DATA")) + "/" + name; }
std::string read_fixture(const std::string& name) { return read_file(fixture_path(name)); }

std::string corpus(const std::string& name, std::size_t limit) {
  if (name == "mix") {
    std::string all;
    for (const char* part : {"en", "zh", "ja", "ko", "multi"}) all += corpus(part, std::size_t{2} << 20);
    return all;
  }
  std::string text(limit, '\0');
  const auto input = open_input(data_path("bench/" + name + ".txt"));
  std::size_t size = 0;
  while (const std::size_t n = input->read(text.data() + size, limit - size)) size += n;
  text.resize(size);
  text.resize(text.rfind('\n') + 1);
  return text;
}

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> list;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    list.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return list;
}

}  // namespace quern::reference_data
