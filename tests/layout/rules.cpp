#include "tests/layout/rules.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

namespace quern::layout {
namespace {

namespace fs = std::filesystem;

// Left to right. A folder may include itself and what stands before it.
constexpr std::array<std::string_view, 6> kPipeline = {"core", "corpora", "tokenizers", "lm", "embeddings", "cli"};
constexpr std::array<std::string_view, 3> kAround = {"bench", "man", "tests"};
constexpr std::array<std::string_view, 7> kBannedNames = {"util", "utils", "helper", "helpers", "common", "misc", "manager"};
constexpr std::array<std::string_view, 14> kHeavyIncludes = {
    "CLI/", "fmt/", "unicode/", "catch2/", "simdjson", "dnnl", "oneapi/dnnl", "cuda", "cublas", "cudnn", "nccl", "re2/", "toml++/", "nlohmann/"};
constexpr std::size_t kWarnLines = 400, kMostLines = 600, kMostTestLines = 800;

struct SourceFile {
  std::string path;  // relative to the root, '/' between parts
  std::vector<std::string> lines;

  std::string_view top() const { return std::string_view(path).substr(0, path.find('/')); }
  bool ends_with(std::string_view suffix) const { return std::string_view(path).ends_with(suffix); }
  bool is_header() const { return ends_with(".h") || ends_with(".cuh"); }
  bool is_translation_unit() const { return ends_with(".cpp") || ends_with(".cu"); }
  bool is_code() const { return is_header() || is_translation_unit(); }
};

struct Include {
  std::string target;
  bool quoted = false;
};

std::optional<Include> parse_include(std::string_view line) {
  constexpr std::string_view blank = " \t";
  const auto skip_blank = [&] { line.remove_prefix(std::min(line.find_first_not_of(blank), line.size())); };
  skip_blank();
  if (!line.starts_with("#")) return {};
  line.remove_prefix(1);
  skip_blank();
  if (!line.starts_with("include")) return {};
  line.remove_prefix(7);
  skip_blank();
  if (line.empty() || (line[0] != '"' && line[0] != '<')) return {};
  const bool quoted = line[0] == '"';
  const auto end = line.find(quoted ? '"' : '>', 1);
  if (end == std::string_view::npos) return {};
  return Include{std::string(line.substr(1, end - 1)), quoted};
}

std::optional<std::size_t> place_in_pipeline(std::string_view folder) {
  const auto found = std::find(kPipeline.begin(), kPipeline.end(), folder);
  if (found == kPipeline.end()) return {};
  return static_cast<std::size_t>(found - kPipeline.begin());
}

std::vector<std::string> read_lines(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

class Inspection {
 public:
  explicit Inspection(fs::path root) : root_(std::move(root)) {}

  std::vector<Finding> run() {
    check_top_folders();
    for (const SourceFile& file : files_) {
      check_name(file);
      if (!file.is_code()) continue;
      check_size(file);
      check_includes(file);
      if (file.is_header()) check_header(file);
      if (file.is_translation_unit()) check_listed(file);
    }
    if (cli11_users_.size() > 1) {
      for (const std::string& file : cli11_users_) error(file, 0, "CLI11 is included by more than one file");
    }
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const Finding& a, const Finding& b) { return std::tie(a.file, a.line) < std::tie(b.file, b.line); });
    return std::move(findings_);
  }

 private:
  void error(std::string file, std::size_t line, std::string message) {
    findings_.push_back({std::move(file), line, std::move(message), false});
  }

  // Reads every file below the top folders, and complains about folders with code that the plan does not know.
  void check_top_folders() {
    for (const auto& entry : fs::directory_iterator(root_)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_directory() || name.starts_with(".") || name == "build") continue;
      const bool known = place_in_pipeline(name) || std::find(kAround.begin(), kAround.end(), name) != kAround.end();
      if (!known) {
        error(name, 0, "not a folder of the plan (core, corpora, tokenizers, lm, embeddings, cli; man, tests, bench)");
        continue;
      }
      if (!fs::exists(entry.path() / "README.md")) error(name, 0, "has no README.md");
      for (const auto& inner : fs::recursive_directory_iterator(entry.path())) {
        if (!inner.is_regular_file()) continue;
        const std::string path = fs::relative(inner.path(), root_).generic_string();
        SourceFile file{path, {}};
        const bool is_list = inner.path().filename() == "CMakeLists.txt";
        if (file.is_code() || is_list) file.lines = read_lines(inner.path());
        if (is_list) add_list(path, file.lines);
        files_.push_back(std::move(file));
      }
    }
  }

  // Remembers the words of a CMakeLists.txt under its folder ("core/").
  void add_list(const std::string& path, const std::vector<std::string>& lines) {
    std::set<std::string>& words = lists_[path.substr(0, path.rfind('/') + 1)];
    for (const std::string& line : lines) {
      std::string text = line.substr(0, line.find('#'));
      std::replace_if(text.begin(), text.end(), [](char c) { return c == '(' || c == ')' || c == '"'; }, ' ');
      std::istringstream in(text);
      for (std::string word; in >> word;) words.insert(word);
    }
  }

  void check_listed(const SourceFile& file) {
    const std::string stem = fs::path(file.path).stem().string();
    for (std::size_t slash = file.path.rfind('/'); slash != std::string::npos;
         slash = slash == 0 ? std::string::npos : file.path.rfind('/', slash - 1)) {
      const auto list = lists_.find(file.path.substr(0, slash + 1));
      if (list == lists_.end()) continue;
      if (list->second.contains(file.path.substr(slash + 1))) return;
      // A function that makes a program of NAME.cpp is called with the bare name: quern_fuzz_target(utf8_fuzz …).
      if (file.path.find('/', slash + 1) == std::string::npos && list->second.contains(stem)) return;
    }
    error(file.path, 0, "is in no CMakeLists.txt");
  }

  void check_name(const SourceFile& file) {
    std::string_view rest = file.path;
    while (!rest.empty()) {
      const auto slash = rest.find('/');
      std::string_view part = rest.substr(0, slash);
      rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
      part = part.substr(0, part.find('.'));
      for (std::size_t begin = 0; begin <= part.size();) {
        const auto end = std::min(part.find_first_of("_-", begin), part.size());
        const auto word = part.substr(begin, end - begin);
        if (std::find(kBannedNames.begin(), kBannedNames.end(), word) != kBannedNames.end()) {
          error(file.path, 0, "\"" + std::string(word) + "\" in a name says nothing: name what the thing is");
        }
        begin = end + 1;
      }
    }
  }

  void check_size(const SourceFile& file) {
    const std::size_t first = std::min<std::size_t>(5, file.lines.size());
    const bool generated = std::any_of(file.lines.begin(), file.lines.begin() + static_cast<std::ptrdiff_t>(first),
                                       [](const std::string& line) { return line.starts_with("// Generated by"); });
    if (generated) return;
    const std::size_t most = file.top() == "tests" ? kMostTestLines : kMostLines;
    const std::string count = std::to_string(file.lines.size()) + " lines";
    if (file.lines.size() > most) {
      error(file.path, 0, count + ", at most " + std::to_string(most) + " allowed: split it by what its parts do");
    } else if (file.lines.size() > kWarnLines) {
      findings_.push_back({file.path, 0, count + ", aim for fewer than " + std::to_string(kWarnLines), true});
    }
  }

  void check_includes(const SourceFile& file) {
    const auto own = place_in_pipeline(file.top());
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto include = parse_include(file.lines[i]);
      if (!include) continue;
      if (include->target.starts_with("CLI/") && (cli11_users_.empty() || cli11_users_.back() != file.path)) {
        cli11_users_.push_back(file.path);
      }
      if (file.is_header()) check_heavy(file, i + 1, *include);
      if (!include->quoted || !own) continue;
      const std::string folder = include->target.substr(0, include->target.find('/'));
      const auto other = place_in_pipeline(folder);
      if (!other) {
        error(file.path, i + 1, "\"" + include->target + "\" is not spelled from the root");
      } else if (*other > *own) {
        error(file.path, i + 1, std::string(file.top()) + " may not include " + folder + ", which builds on it");
      }
    }
  }

  void check_heavy(const SourceFile& file, std::size_t line, const Include& include) {
    if (include.target == "core/json.h") {
      error(file.path, line, "core/json.h is heavy: include it in a .cpp file");
      return;
    }
    if (file.path == "core/json.h" && include.target.starts_with("nlohmann/")) return;
    if (file.ends_with(".cuh") && include.target.starts_with("cuda")) return;
    if (include.target == "nlohmann/json_fwd.hpp") return;
    for (const std::string_view heavy : kHeavyIncludes) {
      if (include.target.starts_with(heavy)) {
        error(file.path, line, "<" + include.target + "> is heavy: include it in a .cpp file");
        return;
      }
    }
  }

  void check_header(const SourceFile& file) {
    if (file.lines.empty() || !file.lines[0].starts_with("//")) {
      error(file.path, 1, "a header begins with a comment saying what the thing is");
    }
    if (std::find(file.lines.begin(), file.lines.end(), "#pragma once") == file.lines.end()) {
      error(file.path, 1, "has no #pragma once");
    }
  }

  fs::path root_;
  std::vector<SourceFile> files_;
  std::map<std::string, std::set<std::string>> lists_;
  std::vector<std::string> cli11_users_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check(const fs::path& root) { return Inspection(root).run(); }

std::string describe(const Finding& finding) {
  return finding.file + (finding.line > 0 ? ":" + std::to_string(finding.line) : "") + ": " + finding.message;
}

}  // namespace quern::layout
