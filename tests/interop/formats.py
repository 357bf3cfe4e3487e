#!/usr/bin/env python3
"""What quern converts, the reference libraries load: every reference vocabulary of $QUERN_DATA goes through `quern tokenizer
convert` into the forms that can say it; Hugging Face tokenizers, SentencePiece and tiktoken load the results and must give
the ids that they give for the original, and so must quern, on every case of $QUERN_FIXTURES.
Needs the peers' Python: $QUERN_PEERS/venv/bin/python formats.py QUERN [NAME]. Without the three variables it says so and stops."""
import json
import os
import subprocess
import sys
import tempfile

SPECIAL = ("<s>", "</s>", "<unk>", "<|endoftext|>", "<|")  # spelled in a text they count in some forms and not in others


def hugging_face(path):
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(path)
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def bert(path, lowercase):
    from tokenizers.implementations import BertWordPieceTokenizer
    tokenizer = BertWordPieceTokenizer(path, lowercase=lowercase)
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def byte_level_bpe(folder):
    from tokenizers import ByteLevelBPETokenizer
    tokenizer = ByteLevelBPETokenizer.from_file(os.path.join(folder, "vocab.json"), os.path.join(folder, "merges.txt"))
    return lambda text: tokenizer.encode(text).ids


def sentencepiece(path):
    import sentencepiece
    return sentencepiece.SentencePieceProcessor(model_file=path).encode


def tiktoken(path, pattern):
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe
    ranks = load_tiktoken_bpe(path)
    return tiktoken.Encoding("t", pat_str=pattern, mergeable_ranks=ranks, special_tokens={}).encode_ordinary


GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
CL100K = r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"""


class Run:
    def __init__(self, quern, only):
        self.quern, self.only, self.failed = quern, only, 0
        self.data = os.path.join(os.environ["QUERN_DATA"], "tokref")
        self.cases_path = os.path.join(os.environ["QUERN_FIXTURES"], "tokenizers", "cases.jsonl")
        self.cases = [json.loads(line)["text"] for line in open(self.cases_path, encoding="utf-8")]

    def path(self, name):
        return os.path.join(self.data, name)

    def convert(self, source, target, *options):
        subprocess.run([self.quern, "tokenizer", "convert", "-q", "--force", *options, source, "-o", target], check=True)
        return target

    def quern_ids(self, tokenizer, *options):
        command = [self.quern, "encode", "-q", "-t", tokenizer, *options, "--jsonl", "text", self.cases_path]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return [[int(i) for i in line.split()] for line in out.split("\n")[:-1]]

    def same(self, name, expected, written, ours):
        """Ids of the original in its library, of the written file in its library, and of the written file in quern."""
        cases = [i for i, text in enumerate(self.cases) if not any(s in text for s in SPECIAL)]
        in_library = sum(expected(self.cases[i]) == written(self.cases[i]) for i in cases)
        in_quern = sum(expected(self.cases[i]) == ours[i] for i in cases)
        self.report(name, in_library == in_quern == len(cases), f"{in_library} and {in_quern} of {len(cases)} cases equal")

    def report(self, name, good, text):
        self.failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {name}: {text}")

    def check(self, name, function):
        if self.only and self.only not in name:
            return
        try:
            function()
        except Exception as error:  # pylint: disable=broad-except
            self.report(name, False, f"{type(error).__name__}: {error}")


def same_parts(ours, theirs):
    """Equal but for what says nothing: flags of ByteLevel that its role does not use, a Sequence of one, an affix that is
    empty."""
    def plain(value):
        if isinstance(value, list):
            return [plain(v) for v in value]
        if not isinstance(value, dict):
            return None if value == "" else value
        kind = value.get("type")
        if kind == "Sequence":
            parts = plain(next(v for k, v in value.items() if k != "type"))
            return parts[0] if len(parts) == 1 else {"type": kind, "parts": parts}
        if kind == "ByteLevel":
            return {k: v for k, v in value.items() if k not in ("trim_offsets", "use_regex", "add_prefix_space")}
        return {k: plain(v) for k, v in value.items()}
    return plain(ours) == plain(theirs)


def check_json(run, folder, name, source, reference, options=()):
    from tokenizers import Tokenizer
    target = run.convert(source, os.path.join(folder, "t.json"), *options)
    run.same(f"{name} → tokenizer.json", reference, hugging_face(target), run.quern_ids(target))
    text = open(target, encoding="utf-8").read()
    loaded = Tokenizer.from_file(target).to_str()
    run.report(f"{name} → tokenizer.json", same_parts(json.loads(loaded), json.loads(text)), "Hugging Face saves what was loaded")
    if source.endswith(".json"):
        original = json.loads(Tokenizer.from_file(source).to_str())
        run.report(f"{name} → tokenizer.json", same_parts(json.loads(text), original), "says what the original says")
    again = run.convert(source, os.path.join(folder, "folder"), *options)
    run.same(f"{name} → folder", reference, hugging_face(os.path.join(again, "tokenizer.json")), run.quern_ids(again))


def check_model(run, folder, name):
    source = run.path(name)
    target = run.convert(source, os.path.join(folder, "t.model"))
    same = open(source, "rb").read() == open(target, "rb").read()
    run.report(f"{name} → .model", same, "the same bytes")
    run.same(f"{name} → .model", sentencepiece(source), sentencepiece(target), run.quern_ids(target))


def check_llama(run, folder):
    source = run.path("llama2/tokenizer.model")
    written = run.convert(source, os.path.join(folder, "llama.json"))
    run.same("llama2 .model → tokenizer.json", sentencepiece(source), hugging_face(written), run.quern_ids(written))
    back = run.convert(written, os.path.join(folder, "llama.model"))
    run.same("llama2 tokenizer.json → .model", sentencepiece(source), sentencepiece(back), run.quern_ids(back))


def check_ranks(run, folder):
    gpt2 = run.path("gigatoken_fixtures/tests/fixtures/gpt2_tokenizer.json")
    r50k, cl100k = run.path("openai_tiktoken/data/r50k_base.tiktoken"), run.path("openai_tiktoken/data/cl100k_base.tiktoken")
    target = run.convert(gpt2, os.path.join(folder, "gpt2.tiktoken"))
    run.same("gpt2 → .tiktoken", tiktoken(r50k, GPT2), tiktoken(target, GPT2), run.quern_ids(target))
    for name, source, pattern in (("r50k", r50k, GPT2), ("cl100k", cl100k, CL100K)):
        target = run.convert(source, os.path.join(folder, "ranks.json"))
        run.same(f"{name} → tokenizer.json", tiktoken(source, pattern), hugging_face(target), run.quern_ids(target))
    older = run.convert(gpt2, os.path.join(folder, "gpt2"))
    run.same("gpt2 → vocab.json + merges.txt", hugging_face(gpt2), byte_level_bpe(older),
             run.quern_ids(os.path.join(older, "merges.txt")))


def main():
    missing = [name for name in ("QUERN_PEERS", "QUERN_DATA", "QUERN_FIXTURES") if name not in os.environ]
    if missing:
        print(f"skipped: {missing[0]} is not set")
        return 0
    run = Run(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
    with tempfile.TemporaryDirectory() as folder:
        ort = "ort_extensions/tokenizer/"
        for name in ("gigatoken_fixtures/tests/fixtures/gpt2_tokenizer.json", ort + "roberta-base/tokenizer.json",
                     ort + "clip/tokenizer.json", ort + "t5-small/tokenizer.json"):
            source = run.path(name)
            run.check(name, lambda n=name, s=source: check_json(run, folder, n, s, hugging_face(s)))
        for name, lowercase in (("bert_nvidia/bert-base-uncased-vocab.txt", True), ("bert_nvidia/bert-base-cased-vocab.txt", False),
                                ("bert_chinese_clue/vocab.txt", True), ("bert_chinese_clue/vocab.txt", False),
                                ("blingfire/bert_multi_cased/vocab.txt", False)):
            source, option = run.path(name), "--lowercase" if lowercase else "--cased"
            run.check(name, lambda n=name, s=source, l=lowercase, o=option:
                      check_json(run, folder, f"{n} {o}", s, bert(s, l), (o,)))
        for name in ("llama2/tokenizer.model", "blingfire/bpe_example/m.model", "blingfire/bpe_example2/m.model",
                     "blingfire/xlnet/spiece.model", "sentencepiece/python/test/test_model.model",
                     "sentencepiece/python/test/test_ja_model.model"):
            run.check(name, lambda n=name: check_model(run, folder, n))
        run.check("llama2 pair", lambda: check_llama(run, folder))
        run.check("ranks", lambda: check_ranks(run, folder))
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
