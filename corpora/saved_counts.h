// The folder in which an unfinished count is kept (corpora/corpus_counter.h): count runs and a state.json that says which
// of them count and where in the input they end. Internal to corpora.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/count_source.h"
#include "corpora/text_blocks.h"

namespace quern {

class SavedCounts {
 public:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  // `settings` describe the job and its inputs.
  SavedCounts(std::string folder, Settings settings, std::string fingerprint);
  ~SavedCounts();

  bool exists() const;    // the folder, or something else of its name
  bool is_saved() const;  // by this class
  // Locks it, reads the state, and removes what a killed process left half done; Error{usage} where the settings differ.
  void load();
  // Adds a run of what was counted up to `place`, then says so in the state.
  void save(CountSource& counts, const InputPlace& place, const RecordDamage& damage);
  void announce_result();  // CorpusCounter's
  bool result_was_announced() const { return announced_; }
  void remove();  // locked or not

  const InputPlace& place() const { return place_; }
  const RecordDamage& damage() const { return damage_; }
  std::vector<std::unique_ptr<CountSource>> runs() const;
  const std::string& folder() const { return folder_; }

 private:
  void lock();
  std::string path_of(std::uint64_t run) const;
  std::string state_path() const { return folder_ + "/state.json"; }
  void write_state() const;
  void require_same(const Settings& saved) const;

  std::string folder_;
  Settings settings_;
  std::string fingerprint_;
  std::uint64_t runs_ = 0;
  InputPlace place_;
  RecordDamage damage_;
  bool announced_ = false;
  int lock_ = -1;
};

}  // namespace quern
