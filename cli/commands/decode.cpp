// Token ids in, text out. Streams: memory does not grow with the input.
#include <charconv>

#include "cli/commands/registry.h"
#include "cli/shared_options.h"
#include "cli/tokenizer_choice.h"
#include "core/error.h"
#include "core/io/input.h"
#include "tokenizers/tokenizer.h"

namespace quern::cli {
namespace {

enum class IdForm { ids, u16, u32 };

struct Config {
  TokenizerChoice tokenizer;
  IdForm from = IdForm::ids;
  bool skip_special = false;
  Inputs inputs;
  OutputTarget output;
  std::int64_t threads = 0;
  std::uint64_t memory = 0;
};

void declare(Options& options, Config& config) {
  shared::tokenizer(options, config.tokenizer);
  options.choice("from", config.from, {{"ids", IdForm::ids}, {"u16", IdForm::u16}, {"u32", IdForm::u32}})
      .help("how the ids are written")
      .details(
          "ids: numbers with spaces between them, a record a line, each giving a line of text. u16 and u32: raw "
          "little-endian ids, which give their text and nothing else; they are one record, which only byte-level tokenizers "
          "decode as it comes.");
  options.flag("skip-special", config.skip_special).help("leave special tokens out");
  shared::inputs(options, config.inputs);
  shared::output(options, config.output);
  shared::threads(options, config.threads);
  shared::memory(options, config.memory);
}

void parse_ids(std::string_view record, std::vector<TokenId>& ids, const std::string& path, std::uint64_t line) {
  ids.clear();
  const char *p = record.data(), *const end = p + record.size();
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (true) {
    while (p < end && is_blank(*p)) ++p;
    if (p == end) return;
    TokenId id = 0;
    const auto [after, problem] = std::from_chars(p, end, id);
    if (problem != std::errc() || (after < end && !is_blank(*after))) {
      throw Error(ErrorCode::input, "not a line of token ids").at(path, line);
    }
    ids.push_back(id);
    p = after;
  }
}

std::string decode_block(const TextBlock& block, const Tokenizer& tokenizer, bool skip_special, char terminator) {
  std::string text;
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i < block.size(); ++i) {
    parse_ids(block[i], ids, block.path(), block.line(i));
    try {
      text += tokenizer.decode(ids, skip_special);
    } catch (const Error& error) {
      throw Error(error.code(), error.message()).at(block.path(), block.line(i));
    }
    text.push_back(terminator);
  }
  return text;
}

void decode_text(const Config& config, Context& context, const Tokenizer& tokenizer, Output& out) {
  RecordFormat format = config.inputs.format;
  const bool null = format.records == Records::null;  // of the text; ids are always lines, as encode writes them
  if (null) format.records = Records::lines;
  const char terminator = null ? '\0' : '\n';
  BlockReader reader(config.inputs.files, format, {.record_limit = longest_record(config.memory)});
  Progress progress(context.progress, "decoding", reader.total(), "B");
  std::uint64_t seen = 0;
  const RecordDamage damage = for_each_block<std::string>(
      reader, format, effective_threads(config.threads),
      [&](const TextBlock& block, int) { return decode_block(block, tokenizer, config.skip_special, terminator); },
      [&](const std::string& text) { out.write(text); },
      [&](std::uint64_t position) { progress.advance(position - seen), seen = position; });
  progress.finish();
  report_damage(context, damage);
}

// One stream of ids over all files; an id does not reach from one file into the next. take: gets them in order, as many
// as fit the buffer.
template <class Take>
void read_words(const Config& config, const Tokenizer& tokenizer, std::size_t width, Take take) {
  const std::vector<std::string> files =
      config.inputs.files.empty() ? std::vector<std::string>{"-"} : config.inputs.files;
  std::string buffer(std::size_t{1} << 20, '\0');
  std::vector<TokenId> ids;
  for (const std::string& path : files) {
    const auto input = open_input(path);
    std::size_t held = 0;
    std::uint64_t position = 0;
    while (const std::size_t n = input->read(buffer.data() + held, buffer.size() - held)) {
      held += n;
      const std::size_t whole = held - held % width;
      ids.clear();
      for (std::size_t at = 0; at < whole; at += width) {
        TokenId id = 0;
        for (std::size_t i = width; i-- > 0;) id = id << 8 | static_cast<unsigned char>(buffer[at + i]);
        if (tokenizer.token(id).empty()) {
          throw Error(ErrorCode::input, "token id " + std::to_string(id) + " is not in the vocabulary")
              .at(input->path(), 0, position + at);
        }
        ids.push_back(id);
      }
      take(ids);
      buffer.replace(0, held - whole, buffer, whole, held - whole);
      held -= whole, position += whole;
    }
    if (held > 0)
      throw Error(ErrorCode::input, "ends inside an id of " + std::to_string(width) + " bytes").at(input->path(), 0, position);
  }
}

// Tokens that are their bytes, or stand as they are spelled, go out as they come.
void decode_stream(const Config& config, const Tokenizer& tokenizer, Output& out, std::size_t width) {
  const bool spaced = !tokenizer.decodes_bytewise();
  bool begun = false;
  read_words(config, tokenizer, width, [&](const std::vector<TokenId>& ids) {
    const std::string text = tokenizer.decode(ids, config.skip_special);
    if (spaced && begun && !text.empty()) out.write(" ");
    begun = begun || !text.empty();
    out.write(text);
  });
}

// Other decoders look at neighbours, the first and the last token: ids without an end between them are one record.
void decode_at_once(const Config& config, const Tokenizer& tokenizer, Output& out, std::size_t width) {
  constexpr std::uint64_t kPerToken = 64;  // its id, its text before and after a decoder, and where these end
  const std::uint64_t most = memory_budget(config.memory) / kPerToken;
  std::vector<TokenId> all;
  read_words(config, tokenizer, width, [&](const std::vector<TokenId>& ids) {
    if (all.size() + ids.size() > most) {
      throw Error(ErrorCode::memory, "this tokenizer's decoder needs the whole record, and " + std::to_string(all.size()) +
                                         " ids and more do not fit the memory allowed")
          .remedy("write the ids as lines, a record each, or raise --memory");
    }
    all.insert(all.end(), ids.begin(), ids.end());
  });
  out.write(tokenizer.decode(all, config.skip_special));
}

void run(const Config& config, Context& context) {
  require_input(config.inputs);
  const Tokenizer tokenizer = load(config.tokenizer, context);
  Output out = config.output.open();
  if (config.from == IdForm::ids) {
    decode_text(config, context, tokenizer, out);
  } else {
    const std::size_t width = config.from == IdForm::u16 ? 2 : 4;
    const bool streams = tokenizer.decodes_bytewise() || tokenizer.definition().decoders.empty();
    streams ? decode_stream(config, tokenizer, out, width) : decode_at_once(config, tokenizer, out, width);
  }
  out.commit();
}

}  // namespace

const Command decode = make_command<Config>(
    {
        .name = "decode",
        .group = Group::tokenizers,
        .summary = "turn token ids into text",
        .description = "With a byte-level tokenizer, what quern encode read comes back byte for byte, unless --on-invalid changed it on the way; "
                       "others give back what their decoder makes of it. Records that ended at LF get a newline each, those that "
                       "ended at NUL with -0. A last line that had no newline gets one; with --document --as u32 and --from u32 the "
                       "text comes back without any of that.",
        .examples = {{"quern decode -t mill.json ids.txt", "one line of text per line of ids"},
                     {"quern encode -t mill.json corpus.txt | quern decode -t mill.json", "there and back"}},
        .see_also = {"encode", "tokenizer info"},
    },
    declare, run);

}  // namespace quern::cli
