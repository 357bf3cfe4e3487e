#include "corpora/saved_counts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/error.h"
#include "core/io/input.h"
#include "core/io/output.h"
#include "core/json.h"
#include "corpora/count_run.h"

namespace quern {
namespace {

constexpr int kSchema = 1;
constexpr std::size_t kLargestState = std::size_t{64} << 20;

Json to_json(const Where& where) { return {{"path", where.path}, {"line", where.line}, {"byte", where.byte}, {"has_byte", where.has_byte}}; }

Where where_from(const Json& json) {
  return {.path = json.at("path").get<std::string>(),
          .line = json.at("line").get<std::uint64_t>(),
          .byte = json.at("byte").get<std::uint64_t>(),
          .has_byte = json.at("has_byte").get<bool>()};
}

Json to_json(const RecordDamage& damage) {
  return {{"invalid_records", damage.invalid_records},   {"invalid_sequences", damage.invalid_sequences},
          {"bad_records", damage.bad_records},           {"byte_order_marks", damage.byte_order_marks},
          {"first_invalid", to_json(damage.first_invalid)}, {"first_bad", to_json(damage.first_bad)},
          {"first_bad_reason", damage.first_bad_reason}, {"first_byte_order_mark", damage.first_byte_order_mark}};
}

RecordDamage damage_from(const Json& json) {
  RecordDamage damage;
  damage.invalid_records = json.at("invalid_records").get<std::uint64_t>();
  damage.invalid_sequences = json.at("invalid_sequences").get<std::uint64_t>();
  damage.bad_records = json.at("bad_records").get<std::uint64_t>();
  damage.byte_order_marks = json.at("byte_order_marks").get<std::uint64_t>();
  damage.first_byte_order_mark = json.at("first_byte_order_mark").get<std::string>();
  damage.first_invalid = where_from(json.at("first_invalid"));
  damage.first_bad = where_from(json.at("first_bad"));
  damage.first_bad_reason = json.at("first_bad_reason").get<std::string>();
  return damage;
}

}  // namespace

SavedCounts::SavedCounts(std::string folder, Settings settings, std::string fingerprint)
    : folder_(std::move(folder)), settings_(std::move(settings)), fingerprint_(std::move(fingerprint)) {}

SavedCounts::~SavedCounts() {
  if (lock_ >= 0) ::close(lock_);
}

bool SavedCounts::exists() const {
  std::error_code ignored;
  return std::filesystem::exists(folder_, ignored);
}

bool SavedCounts::is_saved() const {
  std::error_code ignored;
  return std::filesystem::exists(folder_ + "/lock", ignored) ||
         (std::filesystem::is_directory(folder_, ignored) && std::filesystem::is_empty(folder_, ignored));  // killed as it was made
}

std::string SavedCounts::path_of(std::uint64_t run) const { return folder_ + "/" + std::to_string(run) + ".run"; }

void SavedCounts::lock() {
  if (lock_ >= 0) return;
  if (::mkdir(folder_.c_str(), 0777) != 0 && errno != EEXIST) {
    throw system_error("cannot make the folder in which an unfinished count is saved", errno, folder_).remedy("write the output elsewhere with -o");
  }
  lock_ = ::open((folder_ + "/lock").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) throw system_error("cannot open", errno, folder_ + "/lock");
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  throw Error(ErrorCode::usage, "another process is counting into it").at(folder_).remedy("wait for it, or choose another name with -o");
}

void SavedCounts::load() {
  if (!is_saved()) throw Error(ErrorCode::usage, "is in the way: an unfinished count would be saved here").at(folder_).remedy("move it, or choose another name with -o");
  lock();
  if (!std::filesystem::exists(state_path())) return remove();  // killed before the first saving was whole
  try {
    const Json state = Json::parse(read_file(state_path(), kLargestState));
    if (state.at("schema") != kSchema) throw Error(ErrorCode::unsupported, "was saved by another version of quern").at(state_path());
    require_same(state.at("settings").get<Settings>());
    runs_ = state.at("runs").get<std::uint64_t>();
    place_ = {.file = state.at("file").get<std::uint64_t>(), .byte = state.at("byte").get<std::uint64_t>(), .line = state.at("line").get<std::uint64_t>()};
    announced_ = state.at("announced").get<bool>();
    damage_ = damage_from(state.at("damage"));
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::format, std::string("is not what was saved: ") + error.what()).at(state_path()).remedy("start over with --force");
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    bool known = entry.path() == state_path() || entry.path() == folder_ + "/lock";
    for (std::uint64_t run = 1; run <= runs_ && !known; ++run) known = entry.path() == path_of(run);
    if (!known) std::filesystem::remove(entry.path());
  }
}

void SavedCounts::require_same(const Settings& saved) const {
  std::string differences;
  for (const auto& [name, value] : settings_) {
    std::string before = "(unset)";
    for (const auto& [saved_name, saved_value] : saved) {
      if (saved_name == name) before = saved_value;
    }
    if (before != value) differences += (differences.empty() ? "" : "; ") + name + " was " + before + ", is " + value + " now";
  }
  if (saved.size() == settings_.size() && differences.empty()) return;
  throw Error(ErrorCode::usage, "cannot go on with it: " + (differences.empty() ? std::string("other options were given") : differences))
      .at(folder_)
      .remedy("give the same options and inputs, or start over with --force");
}

void SavedCounts::save(CountSource& counts, const InputPlace& place, const RecordDamage& damage) {
  lock();
  if (counts.next()) {
    Output out = Output::to_file(path_of(runs_ + 1), {.force = true});
    CountRunWriter writer(out, fingerprint_);
    do {
      writer.add(counts.key(), counts.count());
    } while (counts.next());
    writer.finish();
    out.commit();
    ++runs_;
  }
  place_ = place;
  damage_ = damage;
  announced_ = false;
  write_state();
}

void SavedCounts::announce_result() {
  announced_ = true;
  write_state();
}

void SavedCounts::write_state() const {
  const Json state = {{"schema", kSchema},      {"settings", settings_},   {"runs", runs_},           {"file", place_.file},
                      {"byte", place_.byte}, {"line", place_.line}, {"announced", announced_}, {"damage", to_json(damage_)}};
  write_file(state_path(), state.dump(1, ' ', false, Json::error_handler_t::replace) + "\n", {.force = true});
}

std::vector<std::unique_ptr<CountSource>> SavedCounts::runs() const {
  std::vector<std::unique_ptr<CountSource>> sources;
  for (std::uint64_t run = 1; run <= runs_; ++run) {
    const CountFile file(path_of(run));
    require_same_fingerprint(file.fingerprint(), file.path(), fingerprint_, folder_);
    sources.push_back(file.entries());
  }
  return sources;
}

void SavedCounts::remove() {
  // Gone under its name at once: half a folder would not be known for what it is.
  const std::string old = folder_ + ".old";
  std::error_code ignored;  // what stays behind is removed next time
  std::filesystem::remove_all(old, ignored);
  std::filesystem::rename(folder_, old, ignored);
  std::filesystem::remove_all(old, ignored);
  if (lock_ >= 0) ::close(lock_);
  lock_ = -1;
  runs_ = 0;
  place_ = {};
  damage_ = {};
  announced_ = false;
}

}  // namespace quern
