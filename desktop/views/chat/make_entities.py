"""Writes entities.cpp: HTML's named characters (html.spec.whatwg.org, named character references) as Python 3.11's html.entities lists them."""

import html.entities
import pathlib


def escaped(text):
    return "".join(f"\\U{ord(character):08x}" for character in text)


def rows():
    # CommonMark takes only the names that end with a semicolon, which is left out here.
    names = sorted((name[:-1], text) for name, text in html.entities.html5.items() if name.endswith(";"))
    items = [f'{{"{name}", U"{text and escaped(text)}"}}' for name, text in names]
    return ",\n    ".join(", ".join(items[i : i + 4]) for i in range(0, len(items), 4))


SOURCE = """\
// Made by make_entities.py; do not edit.
#include "views/chat/entities.h"

#include <algorithm>
#include <iterator>

namespace wick::views {{
namespace {{

struct Entity {{
  std::string_view name;
  std::u32string_view characters;
}};

// clang-format off
constexpr Entity kEntities[] = {{
    {rows}}};
// clang-format on

}}  // namespace

std::u32string_view named_characters(std::string_view name) {{
  const Entity* found = std::ranges::lower_bound(kEntities, name, {{}}, &Entity::name);
  return found != std::end(kEntities) && found->name == name ? found->characters : std::u32string_view();
}}

}}  // namespace wick::views
"""

pathlib.Path(__file__).with_name("entities.cpp").write_text(SOURCE.format(rows=rows()))
