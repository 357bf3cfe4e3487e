#!/usr/bin/env python3
"""Writes the tables of normalization from what the reference implementations were seen to do.

    QUERN_FIXTURES=… python3 tokenizers/normalizers/generate_tables.py

Most comes from $QUERN_FIXTURES/tokenizers/norm/*.tsv.xz: rows "FIRST[-LAST] TAB OUTPUT". What a table over single code
points cannot show is asked of the references themselves, which this Python must have installed (tokenizers 0.23.3 and
sentencepiece 0.2.3):

  combining classes    in which order Hugging Face's NFD puts two characters
  grapheme clusters    which characters Hugging Face's Precompiled normalizer looks up together
  charsmap additions   the rules inside a model that SentencePiece trains

Python's unicodedata only names the combining classes; which characters have one is measured.
"""
import io
import itertools
import lzma
import os
import pathlib
import struct
import sys
import unicodedata

import sentencepiece
from tokenizers import normalizers

ALL = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
HANGUL = range(0xAC00, 0xD7A4)
HERE = pathlib.Path(__file__).parent


# --- reading the fixtures --------------------------------------------------------------------------------------------

def read_map(name):
    """Code point → output, for those that change."""
    fixtures = pathlib.Path(os.environ.get("QUERN_FIXTURES") or sys.exit("set QUERN_FIXTURES"))
    mapping = {}
    with lzma.open(fixtures / f"tokenizers/norm/{name}.tsv.xz", "rt", encoding="ascii") as rows:
        for row in rows:
            points, _, out = row.rstrip("\n").partition("\t")
            first, _, last = points.partition("-")
            for c in range(int(first, 16), int(last or first, 16) + 1):
                mapping[c] = "".join(chr(c) if o == "=" else chr(int(o, 16)) for o in out.split())
    return mapping


# --- asking Hugging Face ---------------------------------------------------------------------------------------------

def combining_classes():
    """Code point → canonical combining class, of those that Hugging Face's NFD reorders."""
    nfd, classes = normalizers.NFD().normalize_str, {}
    for c in ALL:
        if nfd(chr(c)) != chr(c):
            continue
        overlay, below = "\u0334", "\u0316"  # of classes 1 and 220
        if nfd(chr(c) + overlay) == overlay + chr(c) and c != ord(overlay):
            classes[c] = unicodedata.combining(chr(c))
        elif nfd(below + chr(c)) == chr(c) + below:
            classes[c] = 1
    for c, value in classes.items():
        if value == 0:
            sys.exit(f"U+{c:04X} is reordered, and unicodedata does not know its class")
    samples = {value: chr(c) for c, value in classes.items()}
    for c, value in classes.items():
        for other, sample in samples.items():
            pair = chr(c) + sample
            if nfd(pair) != (pair if value <= other else sample + chr(c)):
                sys.exit(f"U+{c:04X} is not of class {value}")
    return classes


def tiny_charsmap(rules):
    """A blob of rules as in a SentencePiece model; every node of the trie gets 256 units of its own."""
    outputs, units, blocks = b"", {0: 0}, itertools.count(1)
    trie = {}
    for source, target in rules.items():
        node = trie
        for byte in source.encode():
            node = node.setdefault(byte, {})
        node["value"] = len(outputs)
        outputs += target.encode() + b"\0"
    todo = [(0, trie)]
    while todo:
        at, node = todo.pop()
        base = next(blocks) * 256
        units[at] |= (at ^ base) << 10
        if "value" in node:
            units[at] |= 1 << 8
            units[base] = node["value"] | 1 << 31
        for byte, child in node.items():
            if byte != "value":
                units[base ^ byte] = byte
                todo.append((base ^ byte, child))
    array = [units.get(i, 0) for i in range(next(blocks) * 256)]
    return struct.pack("<I", len(array) * 4) + struct.pack(f"<{len(array)}I", *array) + outputs


def kept_together(before, after, mark="\u0301", between=""):
    """The code points c for which before + c + after leaves the mark at its end in place.

    Precompiled looks up a cluster of at most five bytes as a whole and drops what follows the match. `after` is a
    character and a mark: where a cluster begins with that character the mark goes, where the character belongs to a
    cluster that began earlier the cluster is too long, or is no rule, and the mark stays.
    """
    run = normalizers.Precompiled(tiny_charsmap({after: "x"})).normalize_str
    points = [c for c in ALL if c not in (0x0A, 0x0D)]
    texts = run("\n".join(before + chr(c) + between + after + mark for c in points)).split("\n")
    assert len(texts) == len(points)
    return {c for c, text in zip(points, texts) if text.endswith(mark)}


def grapheme_classes():
    """Code point → its class in UAX 29, as enum GraphemeClass has them."""
    joins_a = normalizers.Precompiled(tiny_charsmap({"a": "x"})).normalize_str
    points = [c for c in ALL if c not in (0x0A, 0x0D)]
    extend = {c for c, out in zip(points, joins_a("\n".join("a" + chr(c) for c in points)).split("\n")) if out == "x"}
    prepend = kept_together("", "a")
    before_v = kept_together("", "\u1160") - prepend
    before_t = kept_together("", "\u11A8") - prepend
    linker = kept_together("\u0915", "\u0958") & extend
    classes = {}

    def put(points, name):
        for c in points:
            if c not in HANGUL and classes.setdefault(c, name) != name:
                sys.exit(f"U+{c:04X} is {classes[c]} and {name}")

    put({0x0A, 0x0D} | (set(points) - kept_together("", "\u0301", mark="\u0302")), "control")
    put(prepend, "prepend")
    put(before_v - before_t, "hangul_l")
    put(before_v & before_t, "hangul_v")
    put(before_t - before_v, "hangul_t")
    put(kept_together("", "\u00A9", between="\u200D"), "pictographic")
    put(kept_together("", "\u0958", between="\u094D"), "consonant")
    put({0x200D}, "zwj")
    put(linker, "linker")
    extend -= linker | {0x200D}
    conjunct = kept_together("\u0915\u094D", "\u0958") & extend
    put(conjunct, "extend_conjunct")
    before_zwj = kept_together("\u00A9", "\u00A9", between="\u200D") & extend
    put(before_zwj - conjunct, "extend")
    put(extend - conjunct - before_zwj, "spacing_mark")
    return classes


# --- asking SentencePiece --------------------------------------------------------------------------------------------

def protobuf_fields(message):
    def varint(at):
        value = shift = 0
        while True:
            value |= (message[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if message[at - 1] < 128:
                return value, at

    at = 0
    while at < len(message):
        key, at = varint(at)
        if key & 7 == 0:
            value, at = varint(at)
        else:
            size, at = varint(at) if key & 7 == 2 else ({1: 8, 5: 4}[key & 7], at)
            value, at = message[at:at + size], at + size
        yield key >> 3, value


def charsmap_rules(name):
    """All rules of a set, source → target, out of the blob in a trained model."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c"] * 9), model_writer=model, model_type="char", vocab_size=6,
        normalization_rule_name=name, minloglevel=2)
    spec = dict(protobuf_fields(dict(protobuf_fields(model.getvalue()))[3]))
    blob = spec[2]
    size = int.from_bytes(blob[:4], "little")
    units, outputs = struct.unpack(f"<{size // 4}I", blob[4:4 + size]), blob[4 + size:]
    rules, todo = {}, [(0, b"")]
    while todo:
        at, key = todo.pop()
        base = at ^ (units[at] >> 10 << (units[at] >> 6 & 8))
        if units[at] >> 8 & 1:
            begin = units[base] & 0x7FFFFFFF
            rules[key.decode()] = outputs[begin:outputs.index(b"\0", begin)].decode()
        for byte in range(1, 256):
            if units[base ^ byte] & 0x800000FF == byte:
                todo.append((base ^ byte, key + bytes([byte])))
    return rules


def later_rules(nfd, nfkc):
    """NFKC of single characters, and decompositions of composites, that Unicode 9 lacks; and simple case folding."""
    rules, folded = charsmap_rules("nfkc"), charsmap_rules("nfkc_cf")
    singles = {ord(k): v for k, v in rules.items() if len(k) == 1 and nfkc.get(ord(k)) != v}
    for c, out in nfkc.items():
        if rules.get(chr(c)) != out:
            sys.exit(f"SentencePiece lacks the rule for U+{c:04X}")
    decomposes = lambda c: c in nfd or c in singles or c in HANGUL
    composites = {ord(v): k for k, v in rules.items()
                  if len(k) > 1 and len(v) == 1 and not decomposes(ord(v)) and not any(decomposes(ord(c)) for c in k)
                  and normalizers.NFKC().normalize_str(k) == k}
    for composite, key in list(composites.items()):  # a part may be a composite itself
        composites[composite] = "".join(composites.get(ord(c), c) for c in key)
    folding = {ord(k): ord(v) for k, v in folded.items() if len(k) == 1 and k not in rules}
    return singles, composites, folding


# --- writing ---------------------------------------------------------------------------------------------------------

class Table:
    def __init__(self, name, comment):
        self.path, self.body, self.pool = HERE / name, [], []
        self.comment = comment

    def list(self, name, kind, items):
        items, line = list(items), "   "
        self.body.append(f"constexpr {kind} {name}List[] = {{")
        for item in items:
            if len(line) + len(item) > 117:
                self.body.append(line)
                line = "   "
            line += f" {item},"
        self.body += [line, "};", f"const std::span<const {kind}> {name} = {name}List;", ""]

    def ranges(self, name, points):
        self.list(name, "Range", (f"{{0x{a:X}, 0x{b:X}}}" for a, b, _ in runs({c: 0 for c in points})))

    def classes(self, name, kind, classes):
        self.list(name, kind, (f"{{0x{a:X}, 0x{b:X}, {v}}}" for a, b, v in runs(classes)))

    def shifts(self, name, mapping):
        self.list(name, "Shift", (f"{{0x{a:X}, 0x{b:X}, {step}, {by}}}" for a, b, step, by in shifts(mapping)))

    def mappings(self, name, mapping):
        rows = []
        for c, text in sorted(mapping.items()):
            text = [ord(x) for x in text]
            begin = next((i for i in range(len(self.pool) - len(text) + 1) if self.pool[i:i + len(text)] == text), None)
            if begin is None:
                begin = len(self.pool)
                self.pool += text
            rows.append(f"{{0x{c:X}, {begin}, {len(text)}}}")
        self.list(name, "Mapping", rows)

    def write(self):
        self.path.write_text(f"// Generated by generate_tables.py; do not edit.\n// {self.comment}\n"
                             '#include "tokenizers/normalizers/unicode_tables.h"\n\n'
                             "namespace quern::normalizers::tables {\n\n" + "\n".join(self.body) +
                             "\n}  // namespace quern::normalizers::tables\n")


def runs(classes):
    """(first, last, value) of neighbours with one value."""
    place = itertools.count()
    for _, group in itertools.groupby(sorted(classes.items()), key=lambda item: (item[0] - next(place), item[1])):
        group = list(group)
        yield group[0][0], group[-1][0], group[0][1]


def shifts(mapping):
    points, i = sorted(mapping), 0
    while i < len(points):
        by = mapping[points[i]] - points[i]
        step = points[i + 1] - points[i] if i + 1 < len(points) else 1
        step = step if step in (1, 2) else 1
        j = i
        while points[j + 1:j + 2] == [points[j] + step] and mapping[points[j + 1]] - points[j + 1] == by:
            j += 1
        yield points[i], points[j], step, by
        i = j + 1


def write_forms(nfd, nfkd):
    nfc = normalizers.NFC().normalize_str
    pairs = {}
    for c, text in nfd.items():
        if len(text) > 1 and nfc(chr(c)) == chr(c):
            first = nfc(text[:-1])
            if len(first) != 1 or nfc(first + text[-1]) != chr(c):
                sys.exit(f"U+{c:04X} is not composed of two")
            pairs[ord(first), ord(text[-1])] = c
    table = Table("unicode_forms_table.cpp", "Unicode 9.0, as Hugging Face tokenizers 0.23.3 normalizes.")
    table.mappings("kCanonical", nfd)
    table.mappings("kCompatibility", {c: text for c, text in nfkd.items() if nfd.get(c) != text})
    table.list("kCompositions", "Composition",
               (f"{{0x{a:X}, 0x{b:X}, 0x{c:X}}}" for (a, b), c in sorted(pairs.items())))
    table.classes("kCombiningClasses", "CombiningRange", combining_classes())
    table.list("kFormsPool", "char32_t", (f"0x{c:X}" for c in table.pool))
    table.write()


def write_sets():
    table = Table("character_sets_table.cpp", "Each set in the Unicode of its place in Hugging Face 0.23.3.")
    lower = read_map("hf_lowercase")
    if {c for c, out in lower.items() if len(out) != 1} != {0x130}:
        sys.exit("U+0130 is no longer the only capital with two characters")
    table.shifts("kLowercase", {c: ord(out) for c, out in lower.items() if len(out) == 1})
    bert, nmt, marks = read_map("hf_bert_clean_only"), read_map("hf_nmt"), read_map("hf_strip_accents")
    stripped, nfd = read_map("hf_bert_strip_only"), read_map("hf_nfd")
    table.ranges("kBertRemoved", [c for c, out in bert.items() if out == ""])
    table.ranges("kBertSpaces", [c for c, out in bert.items() if out == " "])
    table.ranges("kBertIdeographs", read_map("hf_bert_chinese_only"))
    table.ranges("kBertMarks", [c for c, out in stripped.items() if out == "" and c not in nfd])
    table.ranges("kCombiningMarks", [c for c, out in marks.items() if out == ""])
    table.ranges("kNmtRemoved", [c for c, out in nmt.items() if out == ""])
    table.ranges("kNmtSpaces", [c for c, out in nmt.items() if out == " "])
    table.body.append("using enum GraphemeClass;")
    table.classes("kGraphemeClasses", "GraphemeRange", grapheme_classes())
    table.write()


def write_charsmap(nfd, nfkc):
    singles, composites, folding = later_rules(nfd, nfkc)
    table = Table("charsmap_table.cpp",
                  "Unicode 17.0 beyond 9.0, from the rule sets nfkc and nfkc_cf of SentencePiece 0.2.3.")
    table.mappings("kLaterCompatibility", singles)
    table.mappings("kLaterCanonical", composites)
    table.shifts("kFolding", folding)
    table.list("kCharsmapPool", "char32_t", (f"0x{c:X}" for c in table.pool))
    table.write()


def main():
    maps = {name: {c: out for c, out in read_map("hf_" + name).items() if c not in HANGUL}
            for name in ("nfd", "nfkd", "nfkc")}
    write_forms(maps["nfd"], maps["nfkd"])
    write_sets()
    write_charsmap(maps["nfd"], maps["nfkc"])


main()
