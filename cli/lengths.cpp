#include "cli/lengths.h"

#include <algorithm>
#include <charconv>

#include "core/error.h"

namespace quern::cli {
namespace {

const char* const kGroup = "Lengths";

std::optional<std::size_t> number_in(const std::string& text) {
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number == 0) return std::nullopt;
  return number;
}

[[noreturn]] void refuse(const std::string& message, const std::string& remedy = {}) {
  throw Error(ErrorCode::usage, message).remedy(remedy);
}

void declare_truncation(Options& options, Lengths& lengths) {
  using Truncate = Lengths::Truncate;
  options.value("max-length", lengths.max_length, "N")
      .at_least(1)
      .default_text("")
      .group(kGroup)
      .help("at most so many ids, special tokens included")
      .details("What is longer is cut, the longest text first, unless --truncate says otherwise.");
  options
      .choice("truncate", lengths.truncate,
              {{"as-file", Truncate::as_file},
               {"longest-first", Truncate::longest_first},
               {"only-first", Truncate::only_first},
               {"only-second", Truncate::only_second}})
      .implied("as-file")
      .group(kGroup)
      .help("which text is cut")
      .details(
          "Without --max-length the tokenizer's own length is used, and it must have one. as-file: as the tokenizer says, "
          "longest first when it says nothing.");
  options
      .choice("truncate-side", lengths.truncate_side, {{"left", Lengths::Which::left}, {"right", Lengths::Which::right}})
      .group(kGroup)
      .help("where tokens go");
  options.flag("overflow", lengths.overflow)
      .group(kGroup)
      .help("give what was cut off as further windows")
      .details(
          "They follow as lines of their own, in jsonl as a list. Of a pair each later window of the first text is "
          "combined with all of the second, then the first's first with each later one of the second.");
  options.value("stride", lengths.stride, "N")
      .at_least(0)
      .default_text("")
      .group(kGroup)
      .help("tokens that a window shares with the one before");
}

void declare_padding(Options& options, Lengths& lengths) {
  options.value("pad", lengths.pad, "LENGTH")
      .suggest({"as-file", "longest", "max-length"})
      .implied("as-file")
      .group(kGroup)
      .help("fill up to longest, max-length or a number")
      .details(
          "longest: the longest of --batch records. as-file: as the tokenizer says, the longest when it says nothing.");
  options.choice("pad-side", lengths.pad_side, {{"left", Lengths::Which::left}, {"right", Lengths::Which::right}})
      .group(kGroup)
      .help("where padding goes");
  options.value("pad-multiple", lengths.pad_multiple, "N")
      .at_least(1)
      .default_text("")
      .group(kGroup)
      .help("pad on to a multiple of this");
  options.value("pad-token", lengths.pad_token, "TOKEN")
      .group(kGroup)
      .help("token to pad with")
      .details("Without it the tokenizer's own, or the one of [PAD], <pad>, <|pad|> and <|padding|> that it has.");
  options.value("batch", lengths.batch, "N").at_least(1).default_text("32").group(kGroup).help("records that are padded together");
}

// Every option of `names` that was set needs one of `needed`.
void require_one_of(const Options& options, std::initializer_list<const char*> names,
                    std::initializer_list<const char*> needed, const std::string& needed_text) {
  if (std::any_of(needed.begin(), needed.end(), [&](const char* name) { return options.was_set(name); })) return;
  for (const char* name : names) {
    if (options.was_set(name)) refuse("--" + std::string(name) + " does nothing without " + needed_text);
  }
}

void check(const Options& options, const Lengths& lengths, bool pairs) {
  require_one_of(options, {"truncate-side", "overflow"}, {"max-length", "truncate"}, "--max-length or --truncate");
  require_one_of(options, {"stride"}, {"overflow"}, "--overflow");
  require_one_of(options, {"pad-side", "pad-multiple", "pad-token", "batch"}, {"pad"}, "--pad");
  if (lengths.truncate == Lengths::Truncate::only_second && !pairs) {
    refuse("--truncate only-second has no second text to cut without --pair");
  }
  const bool named = lengths.pad == "as-file" || lengths.pad == "longest" || lengths.pad == "max-length";
  if (options.was_set("pad") && !named && !number_in(lengths.pad)) {
    refuse("--pad " + lengths.pad + " is no length", "give longest, max-length, as-file or a number");
  }
  if (options.was_set("batch") && (lengths.pad == "max-length" || number_in(lengths.pad))) {
    refuse("--batch does nothing with --pad " + lengths.pad + ", which is the same for all records");
  }
}

Side side_of(Lengths::Which which, Side otherwise) {
  if (which == Lengths::Which::unset) return otherwise;
  return which == Lengths::Which::left ? Side::left : Side::right;
}

}  // namespace

void declare_lengths(Options& options, Lengths& lengths, const bool& pairs) {
  declare_truncation(options, lengths);
  declare_padding(options, lengths);
  options.check([&] { check(options, lengths, pairs); });
}

std::optional<Truncation> Lengths::truncation(const Tokenizer& tokenizer, Input input) const {
  if (max_length == 0 && truncate == Truncate::none) return std::nullopt;
  const std::optional<Truncation>& own = tokenizer.definition().truncation;
  if (max_length == 0 && !own) {
    refuse("--truncate needs --max-length: the tokenizer has no length of its own");
  }
  Truncation result = own.value_or(Truncation{});
  if (max_length > 0) result.max_length = static_cast<std::size_t>(max_length);
  if (truncate == Truncate::longest_first) result.strategy = Truncation::Strategy::longest_first;
  if (truncate == Truncate::only_first) result.strategy = Truncation::Strategy::only_first;
  if (truncate == Truncate::only_second) result.strategy = Truncation::Strategy::only_second;
  result.direction = side_of(truncate_side, result.direction);
  if (stride >= 0 || !overflow) result.stride = static_cast<std::size_t>(std::max<std::int64_t>(stride, 0));

  if (result.strategy == Truncation::Strategy::only_second && !input.pairs) {
    refuse("the tokenizer cuts only the second text, and there is none without --pair", "choose with --truncate");
  }
  const std::size_t added = input.special ? tokenizer.count_special(input.pairs ? 2 : 1) : 0;
  const std::string length = "a length of " + std::to_string(result.max_length);
  if (result.max_length < added) refuse(length + " has no room for the " + std::to_string(added) + " special tokens");
  if (result.stride > 0 && result.stride + added >= result.max_length) {
    refuse(length + " has no room for " + (added > 0 ? std::to_string(added) + " special tokens and " : "") +
           "windows that share " + std::to_string(result.stride) + " tokens with the one before");
  }
  return result;
}

std::optional<Padding> Lengths::padding(const Tokenizer& tokenizer, const std::optional<Truncation>& truncation) const {
  if (pad.empty()) return std::nullopt;
  const std::optional<Padding>& own = tokenizer.definition().padding;
  Padding result = own.value_or(Padding{});
  if (pad == "longest") result.length = 0;
  if (pad == "max-length") {
    if (!truncation) refuse("--pad max-length needs --max-length or --truncate");
    result.length = truncation->max_length;
  }
  if (const auto length = number_in(pad)) result.length = *length;
  result.direction = side_of(pad_side, result.direction);
  if (pad_multiple > 0) result.pad_to_multiple_of = static_cast<std::size_t>(pad_multiple);
  if (result.length > 0 && batch > 0) refuse("--batch does nothing here: the tokenizer's own padding has a length");

  if (pad_token.empty() && own) return result;
  for (const std::string& name : pad_token.empty() ? std::vector<std::string>{"[PAD]", "<pad>", "<|pad|>", "<|padding|>"}
                                                   : std::vector<std::string>{pad_token}) {
    const auto id = tokenizer.id(name);
    if (!id) continue;
    result.pad_id = *id;
    result.pad_token = name;
    return result;
  }
  if (!pad_token.empty()) refuse("the tokenizer has no token \"" + pad_token + "\" to pad with");
  refuse("the tokenizer has no padding token of its own", "name one with --pad-token");
}

}  // namespace quern::cli
