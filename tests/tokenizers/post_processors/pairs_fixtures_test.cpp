// Pairs and single texts, cut and padded in eleven ways, against what Hugging Face gave: every list of every window.
#include <catch2/catch.hpp>

#include <array>
#include <map>
#include <optional>

#include "core/error.h"
#include "core/json.h"
#include "core/text/utf8.h"
#include "tests/support/reference_data.h"
#include "tests/tokenizers/reference_tokenizers.h"
#include "tokenizers/post_processors/padding.h"

namespace quern {
namespace {

std::vector<Json> read_rows(const std::string& name) {
  const std::string text = reference_data::read_fixture(name);
  std::vector<Json> rows;
  for (const std::string_view line : reference_data::lines(text)) rows.push_back(parse_json(line, name));
  return rows;
}

Truncation truncation_of(const Json& json) {
  Truncation truncation{.max_length = json["max_length"].get<std::size_t>(), .stride = json["stride"].get<std::size_t>()};
  if (json["strategy"] == "only_first") truncation.strategy = Truncation::Strategy::only_first;
  if (json["strategy"] == "only_second") truncation.strategy = Truncation::Strategy::only_second;
  if (json.value("direction", "right") == "left") truncation.direction = Side::left;
  return truncation;
}

struct Config {
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;
};

Config config_of(const Json& json, const Padding& token) {
  Config config;
  if (json["truncation"].is_object()) config.truncation = truncation_of(json["truncation"]);
  if (json["padding"].is_null()) return config;
  config.padding = token;
  if (!json["padding"].is_object()) return config;
  config.padding->length = json["padding"].value("length", std::size_t{0});
  config.padding->pad_to_multiple_of = json["padding"].value("pad_to_multiple_of", std::size_t{0});
  if (json["padding"].value("direction", "right") == "left") config.padding->direction = Side::left;
  return config;
}

// Offsets in code points, one after the other, as the fixtures have them.
std::vector<std::size_t> code_points(const Window& window, const std::array<std::string, 2>& texts) {
  std::vector<std::size_t> list;
  for (std::size_t i = 0; i < window.size(); ++i) {
    const std::string_view text = window.sequences[i] < 0 ? "" : std::string_view(texts[static_cast<std::size_t>(window.sequences[i])]);
    const auto [begin, end] = window.offsets[i];
    list.insert(list.end(), {utf8::count_code_points(text.substr(0, begin)), utf8::count_code_points(text.substr(0, end))});
  }
  return list;
}

void check_window(const Window& window, const std::array<std::string, 2>& texts, const Json& row) {
  REQUIRE(window.ids == row["ids"].get<std::vector<TokenId>>());
  REQUIRE(window.type_ids == row["type_ids"].get<std::vector<TokenId>>());
  REQUIRE(window.attention_mask == row["mask"].get<std::vector<std::uint8_t>>());
  REQUIRE(window.special_mask == row["special"].get<std::vector<std::uint8_t>>());
  REQUIRE(code_points(window, texts) == row["offsets"].get<std::vector<std::size_t>>());
  if (row.contains("words")) REQUIRE(window.words == row["words"].get<std::vector<std::int32_t>>());
  if (row.contains("sequences")) REQUIRE(window.sequences == row["sequences"].get<std::vector<std::int32_t>>());
}

// What Hugging Face says, and what quern says in its place.
bool same_complaint(const std::string& theirs, const std::string& ours) {
  const auto both = [&](const char* their_words, const char* our_words) {
    return theirs.find(their_words) != theirs.npos && ours.find(our_words) != ours.npos;
  };
  return both("Sequence to truncate too short", "text may be cut, but there are") ||
         both("Second sequence not provided", "only the second of a pair may be cut") ||
         both("`stride` must be strictly less", "would not move on");
}

std::vector<Window> encode(Encoder& encoder, const std::array<std::string, 2>& texts, bool pair) {
  return pair ? encoder.windows(texts[0], texts[1]) : encoder.windows(texts[0]);
}

class PairRows {
 public:
  PairRows(const std::string& name, const Tokenizer& tokenizer, const Padding& pad_token)
      : name_(name), tokenizer_(tokenizer), pad_token_(pad_token), cases_(read_rows("tokenizers/cases.jsonl")) {
    const Json list = parse_json(reference_data::read_fixture("tokenizers/pairs/configs.json"), "configs.json");
    for (const Json& json : list) configs_[json["config"]] = config_of(json, pad_token);
  }

  void check() {
    std::vector<Json> batch;
    for (const Json& row : read_rows("tokenizers/pairs/" + name_ + ".jsonl.xz")) {
      if (!row.contains("batch")) {
        check_row(row);
        continue;
      }
      if (!batch.empty() && batch.front()["batch"] != row["batch"]) check_batch(batch), batch.clear();
      batch.push_back(row);
    }
    check_batch(batch);
  }

 private:
  std::array<std::string, 2> texts_of(const Json& row) const {
    const auto text = [&](const Json& number) -> std::string {
      return number.is_null() ? "" : cases_[number.get<std::size_t>()]["text"].get<std::string>();
    };
    return {text(row["a"]), text(row["b"])};
  }

  Encoder& encoder_for(const std::string& config) {
    const auto found = encoders_.find(config);
    if (found != encoders_.end()) return found->second;
    const EncodeOptions options{
        .add_special = true, .truncation = configs_.at(config).truncation, .overflow = true, .words = true};
    return encoders_.emplace(config, Encoder(tokenizer_, options)).first->second;
  }

  void check_row(const Json& row) {
    INFO(name_ << ", " << row["config"] << ", a " << row["a"] << ", b " << row["b"]);
    const Config& config = configs_.at(row["config"]);
    const auto texts = texts_of(row);
    const bool pair = !row["b"].is_null();
    if (row.contains("error")) {
      try {
        encode(encoder_for(row["config"]), texts, pair);
        FAIL("accepted");
      } catch (const Error& error) {
        INFO(row["error"] << " but " << error.message());
        REQUIRE(same_complaint(row["error"], error.message()));
      }
      return;
    }
    auto windows = encode(encoder_for(row["config"]), texts, pair);
    if (config.padding) {
      const std::size_t length = padded_length(windows[0].size(), *config.padding);
      for (Window& window : windows) pad(window, length, *config.padding);
    }
    check_window(windows[0], texts, row);
    REQUIRE(windows.size() == 1 + row["overflow"].size());
    for (std::size_t i = 1; i < windows.size(); ++i) check_window(windows[i], texts, row["overflow"][i - 1]);
  }

  void check_batch(const std::vector<Json>& rows) {
    std::vector<std::vector<Window>> batch;
    std::size_t longest = 0;
    for (const Json& row : rows) {
      batch.push_back(encode(encoder_for("batch_longest"), texts_of(row), !row["b"].is_null()));
      longest = std::max(longest, batch.back()[0].size());
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      INFO(name_ << ", batch " << rows[i]["batch"] << ", a " << rows[i]["a"]);
      pad(batch[i][0], padded_length(longest, pad_token_), pad_token_);
      check_window(batch[i][0], texts_of(rows[i]), rows[i]);
    }
  }

  const std::string name_;
  const Tokenizer tokenizer_;
  const Padding pad_token_;
  const std::vector<Json> cases_;
  std::map<std::string, Config> configs_;
  std::map<std::string, Encoder> encoders_;
};

}  // namespace

TEST_CASE("pairs give Hugging Face's windows: cut, overlapping, padded, refused") {
  if (!reference_data::available()) return;
  const auto pad_token = [](const char* token, TokenId id) {
    Padding padding;
    padding.pad_token = token, padding.pad_id = id;
    return padding;
  };
  const std::pair<const char*, Padding> kTokenizers[] = {
      {"hf_roberta", pad_token("<pad>", 1)},
      {"hf_gpt2", pad_token("<|endoftext|>", 50256)},
      {"hf_bert_uncased", pad_token("[PAD]", 0)},
      {"hf_bert_chinese", pad_token("[PAD]", 0)},
      {"hf_t5_small", pad_token("<pad>", 0)},
  };
  for (const auto& [name, padding] : kTokenizers) PairRows(name, reference_data::load_tokenizer(name), padding).check();
}

TEST_CASE("every case gives Hugging Face's words") {
  if (!reference_data::available()) return;
  const auto cases = read_rows("tokenizers/cases.jsonl");
  for (const std::string name : {"hf_gpt2", "hf_gpt2_prefix", "hf_roberta", "hf_clip", "hf_t5_small", "hf_llama2", "hf_bert_uncased",
                                 "hf_bert_cased", "hf_bert_chinese", "hf_bert_chinese_lower", "hf_bert_multi_cased"}) {
    Encoder encoder(reference_data::load_tokenizer(name), {.words = true});
    for (const Json& row : read_rows("tokenizers/encode/" + name + ".jsonl.xz")) {
      const std::string text = cases[row["case"].get<std::size_t>()]["text"];
      INFO(name << ", case " << row["case"]);
      const Window window = encoder.windows(text)[0];
      REQUIRE(window.ids == row["ids"].get<std::vector<TokenId>>());
      REQUIRE(window.words == row["words"].get<std::vector<std::int32_t>>());
    }
  }
}

}  // namespace quern
