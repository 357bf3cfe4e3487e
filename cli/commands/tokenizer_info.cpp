// What a tokenizer is made of: sizes, pattern, special tokens, scripts, the longest entries and those that no text reaches.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/registry.h"
#include "cli/shared_options.h"
#include "cli/token_text.h"
#include "cli/tokenizer_choice.h"
#include "core/json.h"
#include "tokenizers/evaluation/unreachable.h"
#include "tokenizers/evaluation/vocabulary_scripts.h"
#include "tokenizers/tokenizer.h"

namespace quern::cli {
namespace {

struct Config {
  TokenizerChoice tokenizer;
  bool vocabulary = false, json = false;
  OutputTarget output;
};

void declare(Options& options, Config& config) {
  shared::tokenizer_operand(options, config.tokenizer);
  options.flag("vocab", config.vocabulary).help("print the vocabulary instead: id<TAB>token");
  shared::json(options, config.json);
  shared::output(options, config.output);
}

struct Facts {
  std::size_t ids = 0, tokens = 0, merges = 0;
  std::string model, split;
  std::vector<TokenId> longest;
  VocabularyScripts scripts;
  std::vector<TokenId> unreachable;
};

// A pre-tokenizer in a few words; nothing for one that cuts nowhere.
struct DescribeSplit {
  std::string operator()(const SplitPreTokenizer& part) const {
    using Kind = SplitPattern::Kind;
    const bool published = part.pattern.kind != Kind::literal && part.pattern.kind != Kind::regex;
    return published ? name(part.pattern.kind) : part.pattern.source;
  }
  std::string operator()(const ByteLevelPreTokenizer& part) const {
    const std::string pattern = part.use_regex ? "gpt2" : "";
    if (!part.add_prefix_space) return pattern;
    return pattern + (pattern.empty() ? "prefix space" : ", prefix space");
  }
  std::string operator()(const BertPreTokenizer&) const { return "words and punctuation, as BERT"; }
  std::string operator()(const WhitespacePreTokenizer&) const { return "words and other characters"; }
  std::string operator()(const WhitespaceSplitPreTokenizer&) const { return "white space"; }
  std::string operator()(const CharDelimiterSplitPreTokenizer&) const { return "a delimiter"; }
  std::string operator()(const PunctuationPreTokenizer&) const { return "punctuation"; }
  std::string operator()(const DigitsPreTokenizer&) const { return "digits"; }
  std::string operator()(const UnicodeScriptsPreTokenizer&) const { return "scripts"; }
  std::string operator()(const FixedLengthPreTokenizer& part) const {
    return std::to_string(part.length) + " characters";
  }
  std::string operator()(const MetaspacePreTokenizer& part) const { return part.split ? "spaces" : ""; }
};

std::string describe_split(const TokenizerDefinition& definition) {
  std::string text;
  for (const PreTokenizer& part : definition.pre_tokenizers) {
    const std::string one = std::visit(DescribeSplit{}, part);
    if (!one.empty()) text += (text.empty() ? "" : ", then ") + one;
  }
  return text.empty() ? "none" : text;
}

bool is_byte_level(const TokenizerDefinition& definition) {
  return std::holds_alternative<BpeModel>(definition.model) && !definition.pre_tokenizers.empty() &&
         std::holds_alternative<ByteLevelPreTokenizer>(definition.pre_tokenizers.back());
}

std::string describe_model(const TokenizerDefinition& definition) {
  if (const auto* bpe = std::get_if<BpeModel>(&definition.model)) {
    return std::string(is_byte_level(definition) ? "byte-level BPE" : "BPE") +
           (bpe->order == BpeOrder::ranks ? " by ranks" : " by merges");
  }
  if (const auto* pieces = std::get_if<SentencePieceModel>(&definition.model)) {
    using Algorithm = SentencePieceModel::Algorithm;
    switch (pieces->algorithm) {
      case Algorithm::unigram:
        return "SentencePiece Unigram";
      case Algorithm::bpe:
        return "SentencePiece BPE";
      case Algorithm::word:
        return "SentencePiece words";
      case Algorithm::character:
        return "SentencePiece characters";
    }
  }
  if (std::holds_alternative<WordPieceModel>(definition.model)) return "WordPiece";
  return std::holds_alternative<UnigramModel>(definition.model) ? "Unigram" : "words";
}

Facts gather(const Tokenizer& tokenizer) {
  Facts facts;
  facts.ids = tokenizer.size();
  if (const auto* bpe = std::get_if<BpeModel>(&tokenizer.definition().model)) facts.merges = bpe->merges.size();
  facts.model = describe_model(tokenizer.definition());
  facts.split = describe_split(tokenizer.definition());
  facts.scripts = vocabulary_scripts(tokenizer);
  facts.unreachable = unreachable_tokens(tokenizer);
  for (TokenId id = 0; id < facts.ids; ++id) {
    if (tokenizer.token(id).empty()) continue;
    ++facts.tokens;
    facts.longest.push_back(id);
  }
  constexpr std::size_t kShown = 5;
  const auto longer = [&](TokenId a, TokenId b) {
    return std::pair(tokenizer.bytes(b).size(), a) < std::pair(tokenizer.bytes(a).size(), b);
  };
  const auto shown = static_cast<std::ptrdiff_t>(std::min(kShown, facts.longest.size()));
  std::partial_sort(facts.longest.begin(), facts.longest.begin() + shown, facts.longest.end(), longer);
  facts.longest.resize(static_cast<std::size_t>(shown));
  return facts;
}

std::string as_text(const Tokenizer& tokenizer, const Facts& facts) {
  std::string out;
  const auto row = [&](std::string_view label, const std::string& value) {
    out += fmt::format("{:<14}{}\n", label, value);
  };
  row("model", facts.model);
  row("tokens",
      std::to_string(facts.tokens) + (facts.ids == facts.tokens ? "" : fmt::format(", ids up to {}", facts.ids - 1)));
  if (facts.merges > 0) row("merges", std::to_string(facts.merges));
  row("split", facts.split);
  for (const AddedToken& token : tokenizer.definition().added_tokens) {
    row(token.special ? "special" : "added", fmt::format("{:<8}{}", token.id, one_line(token.content)));
  }
  for (const TokenId id : facts.longest) {
    row("longest", fmt::format("{:<8}{} ({} byte{})", id, one_line(tokenizer.token(id)), tokenizer.bytes(id).size(),
                               tokenizer.bytes(id).size() == 1 ? "" : "s"));
  }
  const auto script_row = [&](const std::string& name, std::uint64_t tokens) {
    row("script", fmt::format("{:<8}{} ({:.1f} %)", tokens, name, 100.0 * static_cast<double>(tokens) / static_cast<double>(facts.tokens)));
  };
  constexpr std::size_t kShownScripts = 10;
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < facts.scripts.scripts.size(); ++i) {
    const VocabularyScripts::Share& share = facts.scripts.scripts[i];
    i < kShownScripts ? script_row(share.name, share.tokens) : void(rest += share.tokens);
  }
  if (rest > 0) script_row("other scripts", rest);
  if (facts.scripts.mixed > 0) script_row("more than one script", facts.scripts.mixed);
  if (facts.scripts.parts > 0) script_row("bytes and parts of characters", facts.scripts.parts);
  row("unreachable", std::to_string(facts.unreachable.size()));
  constexpr std::size_t kShownTokens = 5;
  for (std::size_t i = 0; i < std::min(kShownTokens, facts.unreachable.size()); ++i) {
    row(i == 0 ? "  as" : "", fmt::format("{:<8}{}", facts.unreachable[i], one_line(tokenizer.token(facts.unreachable[i]))));
  }
  return out;
}

std::string as_json(const Tokenizer& tokenizer, const Facts& facts) {
  Json json = {{"schema", 1},
               {"model", facts.model},
               {"ids", facts.ids},
               {"tokens", facts.tokens},
               {"merges", facts.merges},
               {"split", facts.split}};
  json["added"] = Json::array();
  for (const AddedToken& token : tokenizer.definition().added_tokens) {
    json["added"].push_back({{"id", token.id}, {"content", token.content}, {"special", token.special}});
  }
  json["longest"] = Json::array();
  for (const TokenId id : facts.longest) {
    json["longest"].push_back({{"id", id}, {"token", tokenizer.token(id)}, {"bytes", tokenizer.bytes(id).size()}});
  }
  json["scripts"] = Json::object();
  for (const VocabularyScripts::Share& share : facts.scripts.scripts) json["scripts"][share.name] = share.tokens;
  json["mixed_scripts"] = facts.scripts.mixed;
  json["parts_of_characters"] = facts.scripts.parts;
  json["unreachable"] = facts.unreachable;
  return json.dump() + "\n";
}

void run(const Config& config, Context& context) {
  const Tokenizer tokenizer = load(config.tokenizer, context);
  Output out = config.output.open();
  if (config.vocabulary) {
    for (TokenId id = 0; id < tokenizer.size(); ++id) {
      if (!tokenizer.token(id).empty()) out.write(fmt::format("{}\t{}\n", id, one_line(tokenizer.token(id))));
    }
  } else {
    const Facts facts = gather(tokenizer);
    out.write(config.json ? as_json(tokenizer, facts) : as_text(tokenizer, facts));
  }
  out.commit();
}

}  // namespace

const Command tokenizer_info = make_command<Config>(
    {
        .name = "tokenizer info",
        .group = Group::tokenizers,
        .summary = "show what a tokenizer is made of",
        .description =
            "Scripts are those of the characters of each token of the model; Common are digits, punctuation and spaces.\n\n"
            "A token is unreachable when its model gives it for no text: in BPE, when the merges of its own symbols end "
            "elsewhere; in Unigram and SentencePiece models, when its own text is better cut otherwise; in WordPiece, when a "
            "longer token always takes its place. Added tokens, the unknown token, bytes for unknown characters, and pieces that "
            "are for control or unused are not counted. --json lists all of them.\n\n"
            "With --vocab, a token that holds control characters or quotes is written as a JSON string.",
        .examples = {{"quern tokenizer info mill.json",
                      "sizes, pattern, special tokens, longest and unreachable entries"}},
        .see_also = {"encode", "decode"},
    },
    declare, run);

}  // namespace quern::cli
