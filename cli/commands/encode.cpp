// Text in, token ids out. Streams: memory does not grow with the input.
#include <unistd.h>

#include "cli/commands/registry.h"
#include "cli/encoding_format.h"
#include "cli/shared_options.h"
#include "cli/tokenizer_choice.h"
#include "core/error.h"
#include "core/io/mapped_file.h"
#include "core/memory.h"

namespace quern::cli {
namespace {

struct Config {
  TokenizerChoice tokenizer;
  std::string allowed_special;
  EncodingForm form = EncodingForm::ids;
  bool special = false, char_offsets = false, document = false;
  ColorMode color = ColorMode::automatic;
  Inputs inputs;
  OutputTarget output;
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
};

void declare(Options& options, Config& config) {
  shared::tokenizer(options, config.tokenizer);
  options
      .choice("as", config.form,
              {{"ids", EncodingForm::ids},
               {"tokens", EncodingForm::tokens},
               {"offsets", EncodingForm::offsets},
               {"jsonl", EncodingForm::jsonl},
               {"u16", EncodingForm::u16},
               {"u32", EncodingForm::u32},
               {"npy", EncodingForm::npy},
               {"count", EncodingForm::count}})
      .help("what to print for each record")
      .details(
          "u16 and u32 are raw little-endian ids of all records without separators, npy the same as a NumPy array of "
          "u32; "
          "count prints one number for the whole input. offsets are BEGIN:END. On a terminal, tokens shows the text "
          "itself, "
          "every other token on another ground.");
  options.flag("special", config.special).help("add the tokenizer's special tokens (such as <s> … </s>)");
  options.value("allowed-special", config.allowed_special, "all|none|T,…")
      .help("which special tokens count when the text spells them")
      .details(
          "Without it the tokenizer's kind decides: all of them for tokenizer.json, as in Hugging Face, none for "
          ".tiktoken, as in tiktoken's encode_ordinary.");
  options.flag("document", config.document).help("the whole of each file is one record");
  options.choice("offsets", config.char_offsets, {{"bytes", false}, {"chars", true}}).help("what offsets count");
  shared::color(options, config.color);
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
}

EncodeOptions encode_options(const Config& config) {
  using Specials = EncodeOptions::Specials;
  EncodeOptions options{.add_special = config.special};
  // Each thread may be merging a long piece; the other half is for records and their ids.
  options.scratch_bytes = memory_budget(config.memory) / 2 / static_cast<std::uint64_t>(effective_threads(config.threads));
  if (config.allowed_special == "all") {
    options.specials = Specials::all;
  } else if (config.allowed_special == "none") {
    options.specials = Specials::none;
  } else if (!config.allowed_special.empty()) {
    options.specials = Specials::listed;
    for (std::size_t begin = 0; begin <= config.allowed_special.size();) {
      const std::size_t end = std::min(config.allowed_special.find(',', begin), config.allowed_special.size());
      options.listed_specials.push_back(config.allowed_special.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return options;
}

RecordFormat record_format(const Config& config) {
  RecordFormat format = config.inputs.format;
  if (!config.document) return format;
  if (format.records != Records::lines)
    throw Error(ErrorCode::usage, "--document goes with none of -0, --jsonl and --tsv");
  format.records = Records::document;
  return format;
}

// Encodes every record and hands the blocks of output on, in input order. Returns the number of ids.
template <class Write>
std::uint64_t encode_all(const Config& config, Context& context, const Tokenizer& tokenizer, EncodingStyle style,
                         Write write) {
  struct Block {
    std::string bytes;
    std::uint64_t ids = 0;
  };
  const int threads = effective_threads(config.threads);
  std::vector<EncodingFormatter> formatters;
  for (int i = 0; i < threads; ++i) formatters.emplace_back(tokenizer, encode_options(config), style);
  const RecordFormat format = record_format(config);
  BlockReader reader(config.inputs.files, format, {.record_limit = longest_record(config.memory)});
  Progress progress(context.progress, "encoding", reader.total(), "B");
  std::uint64_t ids = 0, seen = 0;
  const RecordDamage damage = for_each_block<Block>(
      reader, format, threads,
      [&](const TextBlock& text, int worker) {
        Block block;
        for (std::size_t i = 0; i < text.size(); ++i)
          block.ids += formatters[static_cast<std::size_t>(worker)].append(text[i], block.bytes);
        return block;
      },
      [&](const Block& block) { ids += block.ids, write(block.bytes); },
      [&](std::uint64_t position) { progress.advance(position - seen), seen = position; });
  progress.finish();
  report_damage(context, damage);
  return ids;
}

std::string npy_header(std::uint64_t ids) {
  std::string description = "{'descr': '<u4', 'fortran_order': False, 'shape': (" + std::to_string(ids) + ",), }";
  constexpr std::size_t kBefore = 10;  // magic, version, length
  description.append(63 - (kBefore + description.size()) % 64, ' ').push_back('\n');
  const auto size = static_cast<std::uint16_t>(description.size());
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(size & 255) + static_cast<char>(size >> 8) +
         description;
}

// The array's length stands before it, so the ids wait on disk until they have been counted.
void run_npy(const Config& config, Context& context, const Tokenizer& tokenizer) {
  Output out = config.output.open_binary();
  const SpillDirectory spill;
  const std::string path = spill.path() + "/ids";
  Output ids = Output::to_file(path);
  const std::uint64_t count = encode_all(config, context, tokenizer, {.form = EncodingForm::npy},
                                         [&](std::string_view bytes) { ids.write(bytes); });
  ids.commit();
  out.write(npy_header(count));
  if (count > 0) {
    const MappedFile file(path);
    constexpr std::size_t kWindow = std::size_t{8} << 20;
    for (std::size_t at = 0; at < file.bytes().size(); at += kWindow) {
      out.write(file.bytes().substr(at, kWindow));
      file.release(0, at);
    }
  }
  out.commit();
}

void run(const Config& config, Context& context) {
  require_input(config.inputs);
  const Tokenizer tokenizer = load(config.tokenizer, context);
  if (config.form == EncodingForm::u16 && tokenizer.size() > 65536) {
    throw Error(ErrorCode::usage, std::to_string(tokenizer.size()) + " ids do not fit u16")
        .at(config.tokenizer.path)
        .remedy("use --as u32");
  }
  if (config.form == EncodingForm::npy) return run_npy(config, context, tokenizer);
  const bool binary = config.form == EncodingForm::u16 || config.form == EncodingForm::u32;
  Output out = binary ? config.output.open_binary() : config.output.open();
  EncodingStyle style{.form = config.form, .char_offsets = config.char_offsets};
  style.color = config.form == EncodingForm::tokens &&
                (config.color == ColorMode::always ||
                 (config.output.is_standard() && terminal::use_color(config.color, STDOUT_FILENO)));
  const std::uint64_t ids =
      encode_all(config, context, tokenizer, style, [&](std::string_view bytes) { out.write(bytes); });
  if (config.form == EncodingForm::count) out.write(std::to_string(ids) + "\n");
  out.commit();
}

}  // namespace

const Command encode = make_command<Config>(
    {
        .name = "encode",
        .group = Group::tokenizers,
        .summary = "turn text into token ids",
        .description =
            "Each record of the input becomes one line of ids, in input order, whatever the number of threads.",
        .examples = {{"quern encode -t mill.json corpus.txt > ids.txt", "one line of ids per line of text"},
                     {"quern encode -t mill.json --jsonl text --as u32 web.jsonl.gz > ids.bin",
                      "a field of compressed JSON lines to flat ids"}},
        .see_also = {"decode", "tokenizer info"},
    },
    declare, run);

}  // namespace quern::cli
