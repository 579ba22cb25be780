"""Writes unicode_tables.cpp. Made with Python 3.11 and unicodedata2 16.0.0: the Unicode of Hugging Face's tokenizers 0.23."""

import pathlib

import unicodedata2 as unicodedata

SPACES = [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
HANGUL = range(0xAC00, 0xD7A4)
CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]


def char_class(code):
    if code in SPACES:  # White_Space, which unicodedata does not have
        return "space"
    return {"L": "letter", "N": "number"}.get(unicodedata.category(chr(code))[0])


def ranges(value_of):
    result = []
    for code in CODES:
        value = value_of(code)
        if not value:
            continue
        if result and result[-1][1] == code - 1 and result[-1][2] == value:
            result[-1][1] = code
        else:
            result.append([code, code, value])
    return result


def decompositions():
    for code in CODES:
        mapping = unicodedata.decomposition(chr(code))
        if mapping and not mapping.startswith("<"):
            parts = [int(part, 16) for part in mapping.split()]
            composes = len(parts) == 2 and unicodedata.normalize("NFC", chr(code)) == chr(code)
            yield code, parts[0], parts[1] if len(parts) == 2 else 0, composes


MAPPINGS = list(decompositions())
SECONDS = {second for _, _, second, composes in MAPPINGS if composes}


def can_change(code):
    character = chr(code)
    return (
        unicodedata.combining(character) != 0
        or unicodedata.normalize("NFC", character) != character
        or code in SECONDS
        or 0x1161 <= code <= 0x1175  # Hangul vowels
        or 0x11A8 <= code <= 0x11C2  # and final consonants
    )


def rows(items, per_line):
    return ",\n    ".join(", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line))


def table(kind, name, items, per_line):
    return f"constexpr {kind} {name}[] = {{\n    {rows(items, per_line)}}};\n"


SOURCE = """\
// Made by make_unicode_tables.py (Unicode VERSION); do not edit.
#include "core/text/unicode_tables.h"

namespace wick::text {
namespace {

constexpr CharClass L = CharClass::letter;
constexpr CharClass N = CharClass::number;
constexpr CharClass S = CharClass::space;

// clang-format off
TABLES// clang-format on

}  // namespace

std::span<const ClassRange> class_ranges() { return kClasses; }
std::span<const CombiningRange> combining_ranges() { return kCombining; }
std::span<const Decomposition> decompositions() { return kDecompositions; }
std::span<const CodeRange> not_surely_nfc() { return kNotSurelyNfc; }

}  // namespace wick::text
"""

tables = [
    table("ClassRange", "kClasses", [f"{{{a:#x}, {b:#x}, {c[0].upper()}}}" for a, b, c in ranges(char_class)], 5),
    table(
        "CombiningRange",
        "kCombining",
        [f"{{{a:#x}, {b:#x}, {c}}}" for a, b, c in ranges(lambda code: unicodedata.combining(chr(code)))],
        5,
    ),
    table(
        "Decomposition",
        "kDecompositions",
        [f"{{{code:#x}, {first:#x}, {second:#x}, {str(composes).lower()}}}" for code, first, second, composes in MAPPINGS],
        4,
    ),
    table("CodeRange", "kNotSurelyNfc", [f"{{{a:#x}, {b:#x}}}" for a, b, _ in ranges(can_change)], 6),
]
source = SOURCE.replace("VERSION", unicodedata.unidata_version).replace("TABLES", "\n".join(tables))
pathlib.Path(__file__).with_name("unicode_tables.cpp").write_text(source)
