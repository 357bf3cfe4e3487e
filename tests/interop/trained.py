#!/usr/bin/env python3
"""What quern trains, the reference libraries load: tokenizers of every kind are trained with quern; Hugging Face tokenizers,
SentencePiece and, where it is installed, transformers (folders, with AutoTokenizer) load them and must give the same ids for every line. A tokenizer.json that Hugging Face saves again must be the same
file, Unigram's apart: its parser does not read every number to the last bit, so quern spells some in more digits. Needs the peers' Python: $QUERN_PEERS/venv/bin/python trained.py QUERN [FILE...]. Without QUERN_PEERS it says so and stops."""
import importlib.util
import os
import subprocess
import sys
import tempfile

HUGGING_FACE = {
    "gpt2": "--preset gpt2 --vocab-size 2000",
    "gpt4": "--preset gpt4 --vocab-size 2000",
    "bytes-bert-digits": "--pre-tokenizer bert --digits triples --normalizer nfkc,lowercase --vocab-size 2000",
    "bert": "--preset bert --vocab-size 3000",
    "bert-cased": "--preset bert-cased --vocab-size 3000",
    "likelihood": "--model wordpiece --score likelihood --min-frequency 20 --coverage 0.99 --vocab-size 9000",
    "characters": "--compat hf --coverage 0.995 --vocab-size 6000 --special <pad> --user-token grain",
    "suffix": "--compat hf --word-suffix </w> --limit-alphabet 1000 --vocab-size 6000",
    "prefix": "--compat hf --continuing-prefix @@ --limit-alphabet 1000 --pre-tokenizer bert --vocab-size 6000",
    "fallback": "--compat hf --byte-fallback --pre-tokenizer metaspace --limit-alphabet 500 --vocab-size 4000",
    "unigram-hf": "--model unigram --compat hf --vocab-size 6500",
}
SENTENCEPIECE = {
    "sentencepiece-bpe": "--preset sentencepiece-bpe --coverage 0.99 --vocab-size 5000",
    "sentencepiece-unigram": "--preset sentencepiece-unigram --coverage 0.99 --vocab-size 5000",
    "llama": "--preset llama --coverage 0.99 --vocab-size 5000 --user-token <sep>",
    "suffix-unigram": "--preset sentencepiece-unigram --whitespace-suffix --coverage 0.99 --vocab-size 5000",
    "characters": "--model char --coverage 0.99",
    "words": "--model word --vocab-size 1000 --soft-limit",
}
LOSSLESS = ("gpt2", "gpt4", "fallback", "llama")  # their words come back, whatever the text

FOLDERS = {
    "bert": "--preset bert --vocab-size 3000",
    "gpt2": "--preset gpt2 --vocab-size 2000",
    "gpt4": "--preset gpt4 --vocab-size 2000",
    "llama": "--preset llama --coverage 0.99 --vocab-size 5000",
    "sentencepiece-bpe": "--preset sentencepiece-bpe --coverage 0.99 --vocab-size 5000 --special <pad>",
    "sentencepiece-unigram": "--preset sentencepiece-unigram --coverage 0.99 --vocab-size 5000",
}


def quern_ids(quern, tokenizer, path):
    out = subprocess.run([quern, "encode", "-t", tokenizer, path], check=True, capture_output=True, text=True).stdout
    return [[int(i) for i in line.split()] for line in out.split("\n")[:-1]]


def hugging_face(path):
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(path)
    saved = path + ".saved"
    tokenizer.save(saved)
    same = open(saved, "rb").read() == open(path, "rb").read()
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids, same or '"type": "Unigram"' in open(path, encoding="utf-8").read()


def sentencepiece(path):
    import sentencepiece
    return sentencepiece.SentencePieceProcessor(model_file=path).encode, True


def transformers(path):
    from transformers import AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(path)
    return lambda text: tokenizer(text, add_special_tokens=False)["input_ids"], True


def decodes(quern, ours, path, lines, lossless):
    """Whether what is decoded is the text, where the pipeline loses nothing: white space apart."""
    if not lossless:
        return True
    ids = subprocess.run([quern, "encode", "-t", ours, path], check=True, capture_output=True).stdout
    text = subprocess.run([quern, "decode", "-t", ours], check=True, input=ids, capture_output=True).stdout.decode()
    words = [line.split() for line in text.split("\n")[:-1]]
    return sum(a != b.split() for a, b in zip(words, lines, strict=True)) == 0


def compare(quern, name, ours, load, path):
    encode, same_file = load(ours)
    lines = open(path, encoding="utf-8", newline="\n").read().split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    wrong = sum(encode(line) != ids for line, ids in zip(lines, quern_ids(quern, ours, path), strict=True))
    comes_back = decodes(quern, ours, path, lines, name.split(",")[0] in LOSSLESS)
    print(f"{name:24} {len(lines)} lines, {wrong} differ" + ("" if same_file else "; the file saved again differs") +
          ("" if comes_back else "; decoding does not give the text back"), flush=True)
    return wrong == 0 and same_file and comes_back


def check(quern, path, folder):
    results = []
    for kinds, suffix, load in ((HUGGING_FACE, ".json", hugging_face), (SENTENCEPIECE, ".model", sentencepiece)):
        for name, options in kinds.items():
            ours = os.path.join(folder, name + suffix)
            subprocess.run([quern, "tokenizer", "train", "-q", *options.split(), "--force", "-o", ours, path], check=True)
            results.append(compare(quern, name, ours, load, path))
            if "unigram" in name or name in ("characters", "words") and suffix == ".model":
                continue
            larger = os.path.join(folder, name + "-extended" + suffix)
            subprocess.run([quern, "tokenizer", "extend", "-q", ours, "--add", "3000", "--coverage", "0.99", "--force", "-o", larger, path], check=True)
            results.append(compare(quern, name + ", extended", larger, load, path))
    if importlib.util.find_spec("transformers") is None:
        print("transformers is not installed: folders are not checked")
        return results
    for name, options in FOLDERS.items():
        ours = os.path.join(folder, name + "-folder")
        subprocess.run([quern, "tokenizer", "train", "-q", *options.split(), "--force", "-o", ours, path], check=True)
        results.append(compare(quern, name + ", folder", ours, transformers, path))
    return results


def main():
    if "QUERN_PEERS" not in os.environ:
        print("skipped: QUERN_PEERS is not set")
        return 0
    quern, files = sys.argv[1], sys.argv[2:]
    here = os.path.dirname(os.path.abspath(__file__))
    files = files or [os.path.join(here, "..", "cli", "examples", "files", "corpus.txt")]
    with tempfile.TemporaryDirectory() as folder:
        results = [result for path in files for result in check(quern, path, folder)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
