#!/usr/bin/env python3
"""What quern writes, Hugging Face reads: trains a tokenizer with quern, loads it with `tokenizers`, compares the ids of
every line and the file that each writes. Needs the peers' Python: $QUERN_PEERS/venv/bin/python tokenizer_json.py QUERN [FILE...]
Without QUERN_PEERS it says so and stops."""
import os
import subprocess
import sys
import tempfile


def quern_ids(quern, tokenizer, path):
    out = subprocess.run([quern, "encode", "-t", tokenizer, path], check=True, capture_output=True, text=True).stdout
    return [[int(i) for i in line.split()] for line in out.split("\n")[:-1]]


def check(quern, path, preset, folder):
    from tokenizers import Tokenizer

    ours = os.path.join(folder, preset + ".json")
    subprocess.run([quern, "tokenizer", "train", "-q", "--preset", preset, "--vocab-size", "2000", "--force", "-o", ours, path], check=True)
    theirs = Tokenizer.from_file(ours)
    lines = open(path, encoding="utf-8", newline="\n").read().split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    wrong = sum(theirs.encode(line).ids != ids for line, ids in zip(lines, quern_ids(quern, ours, path), strict=True))
    saved = os.path.join(folder, "saved.json")
    theirs.save(saved)
    same_file = open(saved, "rb").read() == open(ours, "rb").read()
    print(f"{preset} on {path}: {len(lines)} lines, {wrong} differ; saved file {'equal' if same_file else 'differs'}")
    return wrong == 0 and same_file


def main():
    if "QUERN_PEERS" not in os.environ:
        print("skipped: QUERN_PEERS is not set")
        return 0
    quern, files = sys.argv[1], sys.argv[2:]
    here = os.path.dirname(os.path.abspath(__file__))
    files = files or [os.path.join(here, "..", "cli", "examples", "files", "corpus.txt")]
    with tempfile.TemporaryDirectory() as folder:
        results = [check(quern, path, preset, folder) for path in files for preset in ("gpt2", "gpt4")]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
