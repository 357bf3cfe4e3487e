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
         "The form of Hugging Face tokenizers, version 1.0: truncation, padding, added tokens, normalizer, pre-tokenizer, "
         "model, post-processor and decoder in one JSON object, with every component that tokenizers 0.23.3 knows. Older "
         "spellings are read: merges as strings, models without a type, Metaspace with str_rep and add_prefix_space. An "
         "unknown component is an error that names it."},
        {"SentencePiece .model", "Read and written",
         "A protobuf message: pieces with score and kind, how the model was trained, how text is normalized. What is not "
         "understood is kept, so a file that is read and written comes back byte for byte. Beside it .vocab is written, "
         "which lists pieces and scores for people; alone it is refused."},
        {"vocab.txt", "Read and written",
         "BERT's vocabulary: one token a line, the line's number its id. The pipeline around it is BERT's; whether text is "
         "lowercased is said by tokenizer_config.json beside it, by --lowercase or --cased, or guessed from the vocabulary "
         "and told."},
        {"vocab.json and merges.txt", "Read and written, in a folder",
         "A byte-level BPE model as GPT-2 and RoBERTa ship it: token to id, and one merge a line behind a #version "
         "line."},
        {".tiktoken", "Read and written",
         "One token a line: its bytes in base64, a space, its rank. The pattern that cuts text and the special tokens "
         "are not "
         "in the file; --pattern names the pattern where the vocabulary does not tell."},
        {"a folder", "Read and written",
         "As of Hugging Face. Of what it holds the first counts: tokenizer.json; tokenizer.model, spiece.model or "
         "sentencepiece.bpe.model; vocab.txt; vocab.json and merges.txt. tokenizer_config.json, special_tokens_map.json and "
         "added_tokens.json complete the older forms. A folder is written with tokenizer.json, both configurations, and the "
         "older form where there is one that says the same."}}},
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
