// Records of files the slow, obvious way: a reference for corpora/text_blocks.h, and generated files to try both on.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/io/input.h"
#include "core/text/utf8.h"
#include "corpora/text_blocks.h"

namespace quern::test {

struct Record {
  std::string path;
  std::uint64_t line;
  std::string text;
  bool operator==(const Record& other) const { return path == other.path && line == other.line && text == other.text; }
};

struct RecordList {
  std::vector<Record> records;
  RecordDamage damage;
  bool unterminated = false;  // the last record of all
};

// Raw records of one file's content, byte by byte.
inline std::vector<std::string> naive_split(std::string content, Records form) {
  if (content.substr(0, 3) == "\xef\xbb\xbf") content.erase(0, 3);
  if (form == Records::document) return {content};
  std::vector<std::string> records;
  std::string record;
  bool open = false;
  for (const char c : content) {
    open = c != (form == Records::null ? '\0' : '\n');
    if (open) {
      record.push_back(c);
    } else {
      records.push_back(record);
      record.clear();
    }
  }
  if (open) records.push_back(record);
  return records;
}

// Lines, NUL records, documents and TSV under the UTF-8 policy (not error), bad records skipped.
inline RecordList naive_records(const std::vector<std::string>& files, const RecordFormat& format) {
  RecordList all;
  for (const std::string& file : files) {
    std::uint64_t line = 0;
    for (std::string text : naive_split(read_file(file), format.records)) {
      ++line;
      if (format.records == Records::tsv) {
        std::vector<std::string> columns(1);
        for (const char c : text) {
          if (c == '\t')
            columns.emplace_back();
          else
            columns.back().push_back(c);
        }
        if (columns.size() < format.column) {
          if (all.damage.bad_records++ == 0) all.damage.first_bad = {file, line};
          continue;
        }
        text = columns[format.column - 1];
      }
      std::uint64_t faults = 0;
      const std::string replaced = utf8::replace_invalid(text, &faults);
      if (faults != 0) {
        if (all.damage.invalid_records++ == 0) all.damage.first_invalid = {file, line};
        all.damage.invalid_sequences += faults;
        if (format.on_invalid == OnInvalid::skip) continue;
        if (format.on_invalid == OnInvalid::replace) text = replaced;
      }
      all.records.push_back({file, line, text});
    }
  }
  return all;
}

// The same through BlockReader and extract.
inline RecordList block_records(const std::vector<std::string>& files, const RecordFormat& format,
                                const BlockOptions& options) {
  RecordList all;
  BlockReader reader(files, format, options);
  RawBlock raw;
  TextBlock block;
  while (reader.next(raw)) {
    extract(raw, format, block);
    for (std::size_t i = 0; i < block.size(); ++i) {
      all.records.push_back({block.path(), block.line(i), std::string(block[i])});
    }
    all.damage.add(block.damage());
    all.unterminated = block.last_is_unterminated();
  }
  return all;
}

// Text made of what separates records, what looks like it, and what is not UTF-8.
inline std::string generated_text(std::mt19937& random, std::size_t pieces) {
  static const std::vector<std::string> parts = {"a",        "quern",    " ",
                                                 "字",       "日本語",   "é",
                                                 "😀",        "\n",       "\n",
                                                 "\r\n",     "\n\n",     std::string(1, '\0'),
                                                 "\t",       "\t",       "\xff",
                                                 "\xe5\xad", "\xf0\x9f", "\xed\xa0\x80",
                                                 "\"",       "\\",       "\xef\xbb\xbf",
                                                 "\x85",     "\u2028"};
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) text += parts[random() % parts.size()];
  return text;
}

}  // namespace quern::test
