// Text in, token ids out. Streams: memory does not grow with the input.
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <numeric>

#include "cli/commands/registry.h"
#include "cli/encoding_format.h"
#include "cli/lengths.h"
#include "cli/segmentation_choice.h"
#include "cli/shared_options.h"
#include "cli/tokenizer_choice.h"
#include "cli/window_format.h"
#include "core/error.h"
#include "core/io/mapped_file.h"
#include "core/memory.h"
#include "tokenizers/post_processors/padding.h"

namespace quern::cli {
namespace {

struct Config {
  TokenizerChoice tokenizer;
  std::string allowed_special, fields;
  EncodingForm form = EncodingForm::ids;
  bool special = false, char_offsets = false, document = false, pair = false;
  SegmentationChoice segmentation;
  Lengths lengths;
  ColorMode color = ColorMode::automatic;
  Inputs inputs;
  OutputTarget output;
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
};

// Options that would do nothing, or contradict each other.
void check_combinations(const Options& options, const Config& config) {
  const auto refuse = [](const std::string& message) { throw Error(ErrorCode::usage, message); };
  const bool places = config.form == EncodingForm::offsets || config.form == EncodingForm::jsonl;
  if (options.was_set("offsets") && !places) refuse("--offsets does nothing without --as offsets or --as jsonl");
  if (options.was_set("fields") && config.form != EncodingForm::jsonl) refuse("--fields does nothing without --as jsonl");
  if (config.form == EncodingForm::count && !config.lengths.pad.empty()) {
    refuse("--pad and --as count do not go together: padding would be counted");
  }
  const Records records = config.inputs.format.records;
  if (config.pair && (records == Records::jsonl || records == Records::tsv || config.document)) {
    refuse("--pair goes with none of --jsonl, --tsv and --document: a record is two texts with a tab between");
  }
  if (config.segmentation.listed() > 0) {
    const bool has_lines = config.form == EncodingForm::ids || config.form == EncodingForm::tokens || places;
    if (!has_lines) refuse("--nbest goes with --as ids, tokens, offsets and jsonl: the others do not tell one list from the next");
    if (config.pair || !config.fields.empty() || config.lengths.any()) {
      refuse("--nbest goes with none of --pair, --fields, and what cuts or pads to a length");
    }
  }
  if (config.pair && config.color == ColorMode::always) refuse("--pair and --color always do not go together");
}

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
  options.value("fields", config.fields, "F,…")
      .help("lists to print for each record as jsonl")
      .details(
          "Of ids, tokens, offsets, type_ids, attention_mask, special_mask, words and sequences; the first three when "
          "nothing is said. A word is a piece of the text before the model, counted from 0; a sequence is the text of a "
          "pair; -1 stands for special tokens and padding.");
  options.flag("pair", config.pair)
      .help("each record is two texts, a tab between them")
      .details("They are encoded as one input, the way the tokenizer's post-processor says.");
  options.flag("document", config.document).help("the whole of each file is one record");
  declare_segmentation(options, config.segmentation);
  options.choice("offsets", config.char_offsets, {{"bytes", false}, {"chars", true}}).help("what offsets count");
  declare_lengths(options, config.lengths, config.pair);
  options.check([&] { check_combinations(options, config); });
  shared::color(options, config.color);
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::seed(options, config.segmentation.seed);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
}

// Pairs, padding and lists beside ids take more than single texts and their ids do.
bool needs_windows(const Config& config) {
  return config.pair || config.lengths.overflow || !config.lengths.pad.empty() || !config.fields.empty();
}

WindowStyle window_style(const Config& config) {
  return {.form = config.form,
          .fields = parse_window_fields(config.fields.empty() ? "ids,tokens,offsets" : config.fields),
          .char_offsets = config.char_offsets,
          .pairs = config.pair,
          .overflow = config.lengths.overflow};
}

EncodeOptions encode_options(const Config& config, const Tokenizer& tokenizer) {
  using Specials = EncodeOptions::Specials;
  EncodeOptions options{.add_special = config.special};
  options.truncation = config.lengths.truncation(tokenizer, {.special = config.special, .pairs = config.pair});
  options.overflow = config.lengths.overflow;
  options.sampling = config.segmentation.sampling();
  options.text_is_valid = config.inputs.format.on_invalid != OnInvalid::keep;
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

// A window has a list for everything, which weighs much beside a short text.
constexpr std::size_t kTextBlock = std::size_t{1} << 20, kWindowBlock = std::size_t{1} << 16;

struct Block {
  std::string bytes;
  std::uint64_t ids = 0;
  std::vector<std::vector<Window>> records;  // instead of bytes: those that wait for padding
  RecordDamage damage;                       // records that could not be encoded as asked
};

// work: a block of text to one of output, on any thread; emit: takes these in input order.
template <class Work, class Emit>
void for_each_text(const Config& config, Context& context, std::size_t block_bytes, Work work, Emit emit) {
  const RecordFormat format = record_format(config);
  BlockReader reader(config.inputs.files, format,
                     {.block_bytes = block_bytes, .record_limit = longest_record(config.memory)});
  Progress progress(context.progress, "encoding", reader.total(), "B");
  std::uint64_t seen = 0;
  RecordDamage refused;
  RecordDamage damage = for_each_block<Block>(
      reader, format, effective_threads(config.threads), work,
      [&](Block& block) { refused.add(block.damage), emit(block); },
      [&](std::uint64_t position) { progress.advance(position - seen), seen = position; });
  progress.finish();
  damage.add(refused);
  report_damage(context, damage);
}

// Blocks of output are a megabyte or so each. Handed round among threads they stay in memory; given back and asked for anew
// each would cost hundreds of page faults.
class SpareBuffers {
 public:
  std::string take() {
    const std::lock_guard lock(mutex_);
    if (buffers_.empty()) return {};
    std::string buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
  }
  void give(std::string buffer) {
    buffer.clear();
    const std::lock_guard lock(mutex_);
    buffers_.push_back(std::move(buffer));
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> buffers_;
};

template <class Write>
std::uint64_t encode_texts(const Config& config, Context& context, const Tokenizer& tokenizer, EncodingStyle style,
                           Write write) {
  std::vector<EncodingFormatter> formatters;
  const EncodeOptions options = encode_options(config, tokenizer);
  for (int i = 0; i < effective_threads(config.threads); ++i) formatters.emplace_back(tokenizer, options, style);
  std::uint64_t ids = 0;
  SpareBuffers spares;
  for_each_text(
      config, context, kTextBlock,
      [&](const TextBlock& text, int worker) {
        Block block;
        block.bytes = spares.take();
        EncodingFormatter& formatter = formatters[static_cast<std::size_t>(worker)];
        for_each_record(text, config.inputs.format.on_bad_record, block.damage,
                        [&](std::string_view record, std::size_t i) { block.ids += formatter.append(record, text.number(i), block.bytes); });
        return block;
      },
      [&](Block& block) {
        ids += block.ids;
        write(block.bytes);
        spares.give(std::move(block.bytes));
      });
  return ids;
}

// Pads records to the longest of a batch, in input order, whatever block they came in. Padding is done as records are
// written: it may be most of the output, and must not be held.
class Batch {
 public:
  Batch(std::size_t size, const Padding& padding, std::uint64_t memory) : size_(size), padding_(padding), memory_(memory) {
    require_room(padded_length(1, padding));
  }
  // write: takes the windows of one record, padded.
  template <class Write>
  void add(std::vector<Window> windows, Write write) {
    longest_ = std::max(longest_, windows[0].size());
    held_ += std::accumulate(windows.begin(), windows.end(), std::size_t{0},
                             [](std::size_t sum, const Window& window) { return sum + window.size(); });
    require_room(held_);
    records_.push_back(std::move(windows));
    if (records_.size() == size_) flush(write);
  }
  template <class Write>
  void flush(Write write) {
    const std::size_t length = padded_length(longest_, padding_);
    for (std::vector<Window>& windows : records_) {
      for (Window& window : windows) pad(window, length, padding_);
      write(windows);
      windows.clear();
    }
    records_.clear(), longest_ = 0, held_ = 0;
  }

 private:
  void require_room(std::size_t tokens) const {
    constexpr std::uint64_t kPerToken = 40;  // an entry in each of a window's lists
    if (tokens <= memory_ / kPerToken) return;
    throw Error(ErrorCode::memory, "records and their padding do not fit the memory allowed")
        .remedy("choose a smaller --batch, or a smaller length with --pad");
  }

  const std::size_t size_;
  const Padding padding_;
  const std::uint64_t memory_;
  std::vector<std::vector<Window>> records_;
  std::size_t longest_ = 0, held_ = 0;
};

template <class Write>
std::uint64_t encode_windows(const Config& config, Context& context, const Tokenizer& tokenizer, Write write) {
  const WindowStyle style = window_style(config);
  EncodeOptions options = encode_options(config, tokenizer);
  const auto prints = [&](WindowField field) {
    return config.form == EncodingForm::jsonl && std::find(style.fields.begin(), style.fields.end(), field) != style.fields.end();
  };
  options.words = prints(WindowField::words);
  options.offsets = prints(WindowField::offsets) || config.form == EncodingForm::offsets;
  const auto padding = config.lengths.padding(tokenizer, options.truncation);
  std::vector<WindowEncoder> encoders;
  for (int i = 0; i < effective_threads(config.threads); ++i) encoders.emplace_back(tokenizer, options, style);

  const bool together = padding && padding->length == 0;
  Batch batch(together ? config.lengths.batch_size() : 1, padding.value_or(Padding{}), memory_budget(config.memory) / 4);
  std::uint64_t ids = 0;
  std::string bytes;
  const auto write_padded = [&](const std::vector<Window>& windows) {
    ids += append_windows(bytes, windows, tokenizer, style);
    if (bytes.size() >= kWindowBlock) write(bytes), bytes.clear();
  };
  for_each_text(
      config, context, kWindowBlock,
      [&](const TextBlock& text, int worker) {
        Block block;
        for_each_record(text, config.inputs.format.on_bad_record, block.damage, [&](std::string_view record, std::size_t i) {
          std::vector<Window> windows = encoders[static_cast<std::size_t>(worker)].encode(record, text.number(i));
          if (padding) return block.records.push_back(std::move(windows));
          block.ids += append_windows(block.bytes, windows, tokenizer, style);
        });
        return block;
      },
      [&](Block& block) {
        ids += block.ids;
        write(block.bytes);
        for (std::vector<Window>& windows : block.records) batch.add(std::move(windows), write_padded);
      });
  batch.flush(write_padded);
  write(bytes);
  return ids;
}

// Encodes every record and hands the output on, in input order. Returns the number of ids.
template <class Write>
std::uint64_t encode_all(const Config& config, Context& context, const Tokenizer& tokenizer, EncodingStyle style,
                         Write write) {
  return needs_windows(config) ? encode_windows(config, context, tokenizer, write)
                               : encode_texts(config, context, tokenizer, style, write);
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
  if (config.special && tokenizer.count_special(config.pair ? 2 : 1) == 0) {
    context.notice(config.tokenizer.path + ": this tokenizer puts no special tokens around a text; --special adds none");
  }
  if (const auto* bpe = std::get_if<BpeModel>(&tokenizer.definition().model); bpe && bpe->dropout > 0 && config.segmentation.dropout == 0) {
    context.notice(config.tokenizer.path + ": the file asks for dropout while a model is trained; --dropout does it, without it none is done");
  }
  if (config.form == EncodingForm::u16 && tokenizer.size() > 65536) {
    throw Error(ErrorCode::usage, std::to_string(tokenizer.size()) + " ids do not fit u16")
        .at(config.tokenizer.path)
        .remedy("use --as u32");
  }
  if (config.form == EncodingForm::npy) return run_npy(config, context, tokenizer);
  const bool binary = config.form == EncodingForm::u16 || config.form == EncodingForm::u32;
  Output out = binary ? config.output.open_binary() : config.output.open();
  EncodingStyle style{.form = config.form, .char_offsets = config.char_offsets};
  style.nbest = config.segmentation.listed();
  style.color = config.form == EncodingForm::tokens && style.nbest == 0 && !needs_windows(config) &&
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
            "Each record of the input becomes one line of ids, in input order, whatever the number of threads. For models, "
            "records are cut and padded to a length, pairs of texts are joined, and --as jsonl --fields tells types and "
            "masks; all of it as Hugging Face tokenizers do it.",
        .examples = {{"quern encode -t mill.json corpus.txt > ids.txt", "one line of ids per line of text"},
                     {"quern encode -t mill.json --jsonl text --as u32 web.jsonl.gz > ids.bin",
                      "a field of compressed JSON lines to flat ids"},
                     {"quern encode -t mill.json --max-length 8 --overflow corpus.txt",
                      "eight ids a line, as many lines as a text needs"},
                     {"quern encode -t mill.json --dropout 0.3 --seed 7 --as tokens corpus.txt", "the same text, cut in another way"},
                     {"quern encode -t mill.json --pair --as jsonl --fields type_ids pairs.tsv",
                      "which text of a pair each token is of"}},
        .see_also = {"decode", "tokenizer info"},
    },
    declare, run);

}  // namespace quern::cli
