"""Writes tokenizers/: tiny tokenizers in the shapes that model repositories use, and what Hugging Face makes of texts.

Made with Python 3.11, tokenizers 0.23.3 and unicodedata2 16.0.0. One folder's files: NAME.json is a tokenizer.json,
cases.json has texts and for each NAME the ids of "Hello world" with the special tokens around it and for every text
[ids, ids without looking for special tokens, text of the ids or null]; unicode.json has classes and compositions of characters.
"""

import json
import pathlib
import random

import unicodedata2
from tokenizers import (
    AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers,
)

OUT = pathlib.Path(__file__).parent / "tokenizers"
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+"
REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = rf"{CONTRACTIONS}|{WORDS}|\p{{N}}{{1,3}}|{REST}"
QWEN2 = rf"{CONTRACTIONS}|{WORDS}|\p{{N}}|{REST}"

TRAINING = """\
The quick brown fox doesn't jump over the lazy dog; it's what they'd say they've seen, and we'll see if I'm right.
WE'LL SEE, THEY'RE HERE. In 2024 there were 1234567 foxes, 12 of them 3.14 metres long, and 333 others.
def fox(x):\n    return x ** 2  # the square\n\n\tif x == 10:\n\t\tprint("fox", x)\n
Der schöne Fuchs springt über den faulen Hund. Le renard naïf est passé près du café. La zorra rápida salta.
Быстрая лиса прыгает через ленивую собаку. 快速的狐狸跳过懒狗。素早い狐は怠け者の犬を飛び越える。여우가 뛴다.
الثعلب السريع يقفز. तेज़ लोमड़ी कूदती है। 🦊 jumps 👍🏽 🇩🇪 👨‍👩‍👧
""" * 4

TEXTS = [
    "", " ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", " \n", "\n ", "  \n  \n  x", "x  ", "x \n", "a  b   c    d", "\t\tx\t", "   \n\n\n  ",
    "Hello world", " Hello", "  Hello", "Hello ", "Hello  ", "the the  the", "don't", "DON'T we'Ll THEY'RE'S", "'s", " 's", "''s", "'ſ it'ſ", "x'", "'", "'tis", "’s it’s",
    "0", "12", "123", "1234", "12345678", "x1y22z333", "3.14159", "1,000,000", " 7 77 777", "٣१२½²Ⅷ③𝟘𝟙𝟚𝟛", "２０２４",
    "naïve café Ångström", "e\u0301 a\u0308\u0323 q\u0307\u0323", "\u1100\u1161\u11a8 \uac00\u11a8 각", "ſ K Å Ω 豈 \ufb01", "\u0344\u0958\u2126\U0001d15e", "Z̸̢̛a̷͠l̵g̶o",
    "日本語のテキスト", "快速的狐狸", "한국어 문장", "مرحبا بالعالم", "हिन्दी में पाठ", "Быстрая лиса", "ไทย ภาษา",
    "😀", " 😀😀 😀", "👍🏽👨‍👩‍👧🇩🇪", "🦊 jumps", "☃️✅",
    "\x00", "a\x00b\x01\x02\x7f", "\u0085\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000x", "\u00a0x \u00a0 x", "\u200b\u200d\ufeffx", "\ufeffBOM", "\x1c\x1d\x1e\x1f x", "\ufffd", "\ufffe\U0010ffff\U00020000\U00014514",
    "!!!???...", "a.b,c;d:e", "([{<>}])", "---___===+++", "\"quoted\"", "user@example.com", "https://a.b/c?d=e&f#g", "x=1;y=2\n", "...\n\n\n", " ...\r\n\r\n", "/\n", "?\r?",
    "def f(x):\n    return x**2  # comment\n", "{\"key\": [1, 2.5e-3, null]}", "\n    if x:\n\t\ty()\n",
    "▁", "▁▁ ▁x", "x▁y", "<0x41><0x0A>", "Ġthe Ċ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", " " * 67, "\n" * 33, "=-" * 20,
    "<s>", "</s>", "<unk>", "<s>Hello</s>", "a<s>b", " <s> x </s> y ", "<|im_start|>user\nhi<|im_end|>\n", "<|im_start|><|im_start|>", "<|im_start", "<|im_start|>x|>", "<<|im_end|>>",
    "a <mask> b", "a  <mask>  b", "<mask><mask> <mask>", "x <tool>y</tool> z", "x<tool> <tools>", "x [KEEP] y", "[KEEP][KEEP]", " [KEEP]", "x <|user|>\n hi <|end|> \n\n there", "<|end|>",
]  # fmt: skip

CHAT = [
    AddedToken("<|im_start|>", special=True, normalized=False),
    AddedToken("<|im_end|>", special=True, normalized=False),
    AddedToken("<mask>", special=True, normalized=False, lstrip=True),
    AddedToken("<|user|>", special=True, normalized=False, rstrip=True),
    AddedToken("<|end|>", special=True, normalized=False, lstrip=True, rstrip=True),
    AddedToken("<tool>", special=False, normalized=False),
    AddedToken("<tools>", special=False, normalized=False),
    AddedToken("</tool>", special=False, normalized=False),
    AddedToken("[KEEP]", special=False, normalized=True),
]
LLAMA2 = [AddedToken(name, special=True, normalized=False) for name in ("<unk>", "<s>", "</s>")]
# As first published: specials that are looked for in the normalised text, where they have a mark before them.
LLAMA2_LEGACY = [AddedToken(name, special=True, normalized=True) for name in ("<unk>", "<s>", "</s>")]


def train(tokenizer, size, alphabet, added, first=()):
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, special_tokens=list(first), show_progress=False)
    tokenizer.train_from_iterator(TRAINING.splitlines(keepends=True), trainer)
    tokenizer.add_tokens(added)
    return tokenizer


def byte_level(rules, normalizer=None, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = rules
    tokenizer.decoder = decoders.ByteLevel()
    return train(tokenizer, 420, pre_tokenizers.ByteLevel.alphabet(), CHAT)


def plain_bytes():
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def sentencepiece(normalizer, pre_tokenizer, decoder, specials=LLAMA2, **model):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, **model))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=True)  # short words to learn from
    first = ["<unk>", "<s>", "</s>", *[f"<0x{byte:02X}>" for byte in range(256)]]
    train(tokenizer, 600, ["▁"], [], first)
    fields = json.loads(tokenizer.to_str())
    fields["added_tokens"] = []  # the trainer takes all of `first` for special
    fields["model"]["byte_fallback"] = model.get("byte_fallback", False)
    tokenizer = Tokenizer.from_str(json.dumps(fields))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder
    tokenizer.add_tokens([*specials, *CHAT])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))]
    )
    return tokenizer


def llama2_normalizer():
    return normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])


def llama2_decoder():
    return decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )


def metaspace(scheme, split_marks):
    options = {"replacement": "▁", "prepend_scheme": scheme}
    return pre_tokenizers.Metaspace(split=split_marks, **options), decoders.Metaspace(split=split_marks, **options)


def tokenizers():
    sequence = pre_tokenizers.Sequence
    gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False)
    yield "gpt2", byte_level(gpt2)
    yield "gpt2_prefix", byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True))
    yield "smollm", byte_level(sequence([pre_tokenizers.Digits(individual_digits=True), gpt2]))
    llama3 = byte_level(sequence([split(LLAMA3), plain_bytes()]), ignore_merges=True)
    llama3.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>"])
    begin = llama3.token_to_id("<|begin_of_text|>")
    end = llama3.token_to_id("<|end_of_text|>")
    llama3.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(
            single="<|begin_of_text|> $A <|end_of_text|>",
            special_tokens=[("<|begin_of_text|>", begin), ("<|end_of_text|>", end)],
        ),
    ])  # fmt: skip
    yield "llama3", llama3
    yield "qwen2", byte_level(sequence([split(QWEN2, "removed", True), plain_bytes()]), normalizers.NFC())
    yield "llama2", sentencepiece(llama2_normalizer(), None, llama2_decoder(), byte_fallback=True)
    yield "llama2_legacy", sentencepiece(llama2_normalizer(), None, llama2_decoder(), LLAMA2_LEGACY, byte_fallback=True)
    yield "mistral", sentencepiece(None, metaspace("first", False)[0], llama2_decoder(), byte_fallback=True)
    yield "metaspace_split", sentencepiece(None, *metaspace("always", True))
    yield "no_bytes", sentencepiece(llama2_normalizer(), None, llama2_decoder())


def merges_as_strings(text):
    fields = json.loads(text)
    fields["model"]["merges"] = [" ".join(pair) for pair in fields["model"]["merges"]]
    return json.dumps(fields, ensure_ascii=False)


def shows_normalized(tokenizer, ids):
    """Whether the text has an added token that Hugging Face writes as the normalizer makes it, and never skips."""
    added = tokenizer.get_added_tokens_decoder()
    normalize = tokenizer.normalizer.normalize_str if tokenizer.normalizer else str
    return any(i in added and added[i].normalized and normalize(added[i].content) != added[i].content for i in ids)


def case(tokenizer, text):
    tokenizer.encode_special_tokens = False
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    tokenizer.encode_special_tokens = True
    plain = tokenizer.encode(text, add_special_tokens=False).ids
    tokenizer.encode_special_tokens = False
    return [ids, plain, None if shows_normalized(tokenizer, ids) else tokenizer.decode(ids, skip_special_tokens=True)]


def write(name, text):
    (OUT / name).write_text(text + "\n", encoding="utf-8")


def write_tokenizers():
    results = {}
    for name, tokenizer in tokenizers():
        text = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False)
        write(f"{name}.json", merges_as_strings(text) if name in ("gpt2", "llama2") else text)
        cases = [case(tokenizer, text) for text in TEXTS]
        results[name] = {"around": tokenizer.encode("Hello world").ids, "cases": cases}
    compact = json.dumps({"texts": TEXTS, "results": results}, separators=(",", ":"))
    write("cases.json", compact.replace('"],[[', '"],\n[['))


def characters_of(pattern):
    """How many characters a regular expression matches, and the sum of their code points."""
    codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    kept = pre_tokenizers.Split(Regex(pattern), "removed").pre_tokenize_str("".join(map(chr, codes)))
    found = set(codes) - {ord(character) for word, _ in kept for character in word}
    return [len(found), sum(found)]


def compositions():
    rng = random.Random(1)
    changing = [c for c in map(chr, range(0x300, 0x30000)) if not 0xD800 <= ord(c) < 0xE000 and unicodedata2.normalize("NFD", c) != c]
    marks = [c for c in map(chr, range(0x300, 0x1F000)) if not 0xD800 <= ord(c) < 0xE000 and unicodedata2.combining(c)]
    hangul = [chr(c) for c in [*range(0x1100, 0x1113), *range(0x1161, 0x1176), *range(0x11A7, 0x11C3), 0xAC00, 0xAC01]]
    results = []
    while len(results) < 400:
        pool = rng.choice([changing, marks, hangul, "aeiouAEIOUqx"])
        text = "".join(rng.choice(rng.choice([pool, marks, "ae "])) for _ in range(rng.randrange(1, 7)))
        text = unicodedata2.normalize(rng.choice(["NFC", "NFD"]), text) if rng.random() < 0.3 else text
        composed = normalizers.NFC().normalize_str(text)
        if composed == unicodedata2.normalize("NFC", text):  # its tables are older than its expressions
            results.append([text, composed])
    return results


OUT.mkdir(exist_ok=True)
write_tokenizers()
write("unicode.json", json.dumps({
    "letters": characters_of(r"\p{L}"), "numbers": characters_of(r"\p{N}"), "spaces": characters_of(r"\s"),
    "nfc": compositions(),
}))  # fmt: skip
