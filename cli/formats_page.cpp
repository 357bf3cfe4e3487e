// The text of quern-formats(5): one note for each form that this version reads or writes.
#include "cli/man.h"

namespace quern::cli {

const std::vector<FormatSection>& format_sections() {
  static const std::vector<FormatSection> sections = {
      {"Text",
       {{"lines", "Read and written",
         "One record a line, ended by LF. A CR before it belongs to the record; the last line needs no LF. A byte "
         "order "
         "mark at the beginning of a file is dropped. Text is UTF-8; --on-invalid says what happens to the rest."},
        {"NUL records (-0)", "Read and written", "Records end at NUL and may hold newlines."},
        {"JSON lines (--jsonl FIELD)", "Read and written",
         "One JSON object a line; the record is the string in FIELD. Escaped surrogate pairs are joined."},
        {"tab-separated values (--tsv COLUMN)", "Read",
         "One row a line, columns separated by one tab and counted from 1. Quotes are ordinary characters."},
        {"compressed text", "Read",
         "gzip (all members), zstd (all frames), xz and bzip2 (all streams), told by their first bytes, in files and "
         "on "
         "standard input alike. A truncated or damaged stream is an error that names the byte."}}},
      {"Tokenizers",
       {{"tokenizer.json", "Read and written",
         "The form of Hugging Face tokenizers: normalizer, pre-tokenizer, model, post-processor, decoder and added "
         "tokens in "
         "one JSON object. Merges are read as strings and as pairs."},
        {"vocab.json and merges.txt", "Read and written, a folder",
         "A byte-level BPE model as GPT-2 and RoBERTa ship it: token to id, and one merge a line behind a #version "
         "line."},
        {".tiktoken", "Read and written",
         "One token a line: its bytes in base64, a space, its rank. The pattern that cuts text and the special tokens "
         "are not "
         "in the file; --pattern names the pattern where the vocabulary does not tell."}}},
      {"Token ids",
       {{"ids as text", "Read and written", "The ids of one record a line, decimal, separated by one space."},
        {"u16, u32", "Read and written",
         "Little-endian unsigned integers of 2 or 4 bytes, all records one after the other, no header and no "
         "separator. u16 "
         "is refused when the vocabulary does not fit."}}},
      {"Configuration",
       {{"--config", "Read, and written by --dump-config",
         "TOML. Keys are long option names without dashes; an option that may be repeated takes an array. Keys before "
         "the "
         "first table are for every command that has the option; [encode] or [tokenizer.train] is for one command. "
         "Unknown "
         "keys and tables are errors."}}},
  };
  return sections;
}

}  // namespace quern::cli
