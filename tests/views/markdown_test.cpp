// What an answer's Markdown becomes, and where each piece came from.
#include "views/chat/markdown.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "views/chat/entities.h"

namespace wick::views {
namespace {

std::string shown(const Spans& spans) {
  std::string text;
  for (const Span& span : spans) {
    std::string marks;
    if (span.style & kStrong) marks += "b";
    if (span.style & kEmphasis) marks += "i";
    if (span.style & kCode) marks += "c";
    if (span.style & kStrike) marks += "s";
    if (span.style & kLink) marks += "a=" + span.url;
    text += marks.empty() ? span.text : fmt::format("<{}:{}>", marks, span.text);
  }
  return text;
}

std::string shown(const Block& block) {
  std::string text(static_cast<std::size_t>(block.quotes), '>');
  text.append(static_cast<std::size_t>(block.depth), '.');
  if (block.marker) {
    text += block.marker->number ? fmt::format("{})", *block.marker->number) : "*";
    if (block.marker->task != TaskMark::none) text += block.marker->task == TaskMark::done ? "[x]" : "[ ]";
  }
  switch (block.kind) {
    case Block::Kind::paragraph:
      return text + "p:" + shown(block.spans);
    case Block::Kind::heading:
      return text + fmt::format("h{}:", block.level) + shown(block.spans);
    case Block::Kind::code:
      return text + fmt::format("code({}):", block.language) + shown(block.spans);
    case Block::Kind::rule:
      return text + "rule";
    case Block::Kind::table:
      break;
  }
  text += "table";
  for (const Align align : block.table.columns) text += "-lcr"[static_cast<int>(align)];
  for (const auto& row : block.table.rows) {
    text += "/";
    for (const Spans& cell : row) text += shown(cell) + "|";
  }
  return text;
}

using Texts = std::vector<std::string>;

Texts blocks(std::string_view source, bool unfinished = false) {
  Texts texts;
  for (const Block& block : parse_markdown(source, unfinished)) texts.push_back(shown(block));
  return texts;
}

TEST_CASE("markdown: blocks and spans are CommonMark's") {
  const std::vector<std::pair<const char*, Texts>> cases{
      {"", {}},
      {"\n \n", {}},
      {"one\ntwo\n\nthree", {"p:one\ntwo", "p:three"}},
      {"a  \nb\\\nc", {"p:a\nb\nc"}},
      {"# One\n###### Six #\nSet\n===\nSet\n---", {"h1:One", "h6:Six", "h1:Set", "h2:Set"}},
      {"*a* _b_ **c** __d__ ***e*** ~~f~~", {"p:<i:a> <i:b> <b:c> <b:d> <bi:e> <s:f>"}},
      {"**a *b* c**", {"p:<b:a ><bi:b><b: c>"}},
      {"snake_case_name 2*3*4 \\*no\\*", {"p:snake_case_name 2<i:3>4 *no*"}},
      {"`` a`b `` and `**x**`", {"p:<c:a`b> and <c:**x**>"}},
      {"`a\nb`", {"p:<c:a b>"}},
      {"---\n***", {"rule", "rule"}},
      {"> a\n> > b\n\nc", {">p:a", ">>p:b", "p:c"}},
      {"- a\n- b", {".*p:a", ".*p:b"}},
      {"3. a\n4. b\n", {".3)p:a", ".4)p:b"}},
      {"- a\n\n  b\n- c", {".*p:a", ".p:b", ".*p:c"}},
      {"- a\n  - b\n    1. c\n- d", {".*p:a", "..*p:b", "...1)p:c", ".*p:d"}},
      {"- - a", {".*p:", "..*p:a"}},
      {"-\n- b", {".*p:", ".*p:b"}},
      {"- [ ] a\n- [x] b\n- c", {".*[ ]p:a", ".*[x]p:b", ".*p:c"}},
      {"- # h\n- ```\n  x\n  ```\n- > q", {".*h1:h", ".*code():x", ">.*p:q"}},
      {"| a | b | c |d|\n|---|:--|:-:|--:|\n| 1 | **2** | `x` |\n| \\| |",
       {"table-lcr/a|b|c|d|/1|<b:2>|<c:x>||/|||||"}},
      {"[x](https://a.b/c?d=1&amp;e \"t\")", {"p:<a=https://a.b/c?d=1&e:x>"}},
      {"[*x*][r]\n\n[r]: http://a.b", {"p:<ia=http://a.b:x>"}},
      {"<http://a.b> https://c.d, www.e.f me@g.hi",
       {"p:<a=http://a.b:http://a.b> <a=https://c.d:https://c.d>, <a=http://www.e.f:www.e.f> "
        "<a=mailto:me@g.hi:me@g.hi>"}},
      {"[x](javascript:alert) [y](file:///etc/passwd) [z](/relative)", {"p:x y z"}},
      {"![a picture](https://a.b/c.png)", {"p:<a=https://a.b/c.png:a picture>"}},
      {"[![alt](https://i.j/k.png)](https://a.b)", {"p:<a=https://a.b:alt>"}},
      {"<b>bold</b> <script>alert(1)</script>\n\n<div>\nx\n</div>",
       {"p:<b>bold</b> <script>alert(1)</script>", "p:<div>\nx\n</div>"}},
      {"&lt;&amp;&copy;&#65;&#x1F600;&ngE;&nosuch;&#0;&#xD800;", {"p:<&©A😀\u2267\u0338&nosuch;\uFFFD\uFFFD"}},
  };
  for (const auto& [source, expected] : cases) {
    INFO(source);
    CHECK(blocks(source) == expected);
  }
}

TEST_CASE("markdown: code keeps every character but its last line break") {
  CHECK(blocks("```python\ndef f():\n    return 1\n\n\tx\n```\nafter") ==
        Texts{"code(python):def f():\n    return 1\n\n\tx", "p:after"});
  CHECK(blocks("~~~c++ title\n```\n*x* &amp;\n~~~") == Texts{"code(c++):```\n*x* &amp;"});
  CHECK(blocks("    four\n\n     five\n") == Texts{"code():four\n\n five"});
  CHECK(blocks("1. a\n   ```sh\n   ls\n     -l\n   ```") == Texts{".1)p:a", ".code(sh):ls\n  -l"});
  CHECK(blocks("- \tx\n\n\t\ttab\n> \tq\n>\n>     \tcode") == Texts{".*p:x", ".code():tab", ">p:q", ">code():\tcode"});
  CHECK(blocks("```\n```") == Texts{"code():"});
  CHECK(blocks("```x\r\na\r\n\r\nb\r\n```") == Texts{"code(x):a\n\nb"});
}

TEST_CASE("markdown: an answer that is still being written shows as what it will be") {
  CHECK(blocks("```py\nx = 1\ny", true) == Texts{"code(py):x = 1\ny"});
  CHECK(blocks("```py", true) == Texts{"code(py):"});
  CHECK(blocks("some text\n-", true) == Texts{"p:some text"});  // not a heading
  CHECK(blocks("some text\n-") == Texts{"h2:some text"});
  CHECK(blocks("```\nx\n``", true) == Texts{"code():x"});
  CHECK(blocks("x\n\n``", true) == Texts{"p:x"});
  CHECK(blocks("- a\n- ", true) == Texts{".*p:a"});
  CHECK(blocks("#", true).empty());
  CHECK(blocks("**bo", true) == Texts{"p:**bo"});
}

std::size_t count(std::string_view source, std::string_view wanted) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = source.find(wanted, at)) != std::string_view::npos; ++at) ++found;
  return found;
}

/// Every span lies after the one before, and where it has as many bytes as its source they are the same.
void check_places(std::string_view source, const Spans& spans, std::size_t& cursor) {
  for (const Span& span : spans) {
    INFO(source << " at " << span.begin << ": " << span.text);
    CHECK(cursor <= span.begin);
    CHECK(span.begin <= span.end);
    CHECK(span.end <= source.size());
    if (span.text.size() == span.end - span.begin && span.text != " ")
      CHECK(span.text == source.substr(span.begin, span.end - span.begin));
    cursor = span.end;
  }
}

TEST_CASE("markdown: every piece knows the bytes that it came from") {
  const std::string_view source =
      "# Head *line*\n\nA **bold** word\nand `code` &amp; more  \nnext \\* \n\n> quoted\n> lines\n\n- one\n  two\n"
      "- ```c\n  int x;\n    y\n  ```\n\n| a | b |\n|---|---|\n| c | `d` |\n\n```\nx\n\n  y\n```\n[z](http://a.b)\n";
  std::size_t cursor = 0;
  for (const Block& block : parse_markdown(source)) {
    check_places(source, block.spans, cursor);
    for (const auto& row : block.table.rows) {
      for (const Spans& cell : row) check_places(source, cell, cursor);
    }
  }
  const std::vector<Block> parsed = parse_markdown(source);
  // Code that stands at the line's beginning is one piece.
  CHECK(parsed[parsed.size() - 2].spans.size() == 1);
  for (const Span& span : parsed[1].spans) {
    if (span.text == "bold") CHECK(source.substr(span.begin, span.end - span.begin) == "bold");
    if (span.text == "&") CHECK(source.substr(span.begin, span.end - span.begin) == "&amp;");
  }
  CHECK(count(text_of(parsed[1].spans), "\n") == 2);
}

TEST_CASE("markdown: a token is found in what shows") {
  const std::string_view source = "a **bold** &amp; b";
  const Block block = parse_markdown(source).at(0);
  REQUIRE(block.spans.size() == 5);
  const Span &bold = block.spans[1], &entity = block.spans[3];
  CHECK(shown_part(bold, 0, 4) == TextRange{});
  CHECK(shown_part(bold, 0, 6) == TextRange{0, 2});
  CHECK(shown_part(bold, 5, 7) == TextRange{1, 3});
  CHECK(shown_part(bold, 7, 100) == TextRange{3, 4});
  CHECK(shown_part(entity, 12, 13) == TextRange{0, 1});
  CHECK(shown_part(entity, 0, 3) == TextRange{});
}

TEST_CASE("markdown: any bytes are a document, however they nest") {
  CHECK(blocks(std::string("a\0\0b", 4)) == Texts{"p:a\uFFFD\uFFFDb"});
  CHECK(blocks("a\rb\rhttp://c.d\re") == Texts{"p:a\nb\n<a=http://c.d:http://c.d>\ne"});
  // What the parser ends without having begun it.
  for (const std::string_view text : {"a](b)", "![a](b)", "[a](b\n[c](d)", "x [![a](b)"}) {
    for (std::size_t size = 0; size <= text.size(); ++size) parse_markdown(text.substr(0, size));
  }
  CHECK(blocks(std::string("a\0b", 3)) == Texts{"p:a\uFFFDb"});
  CHECK(blocks("\xFF\x80 *\xC3*") == Texts{"p:\xFF\x80 <i:\xC3>"});
  for (const char* piece :
       {"[", "*a", "**a_", "`", "<", "&", ">", "- ", "1. ", "|", "![", "](", "~~", "\\", "a\n-\n", "  ", "_*"}) {
    std::string source;
    while (source.size() < 8192) source += piece;
    parse_markdown(source);
    source = "|a|\n|-|\n" + source;
    parse_markdown(source);
  }
}

TEST_CASE("markdown: named characters are found by their whole names") {
  CHECK(named_characters("amp") == U"&");
  CHECK(named_characters("AElig") == U"Æ");
  CHECK(named_characters("zwnj") == U"\u200C");
  CHECK(named_characters("NotEqualTilde") == U"\u2242\u0338");
  CHECK(named_characters("").empty());
  CHECK(named_characters("am").empty());
  CHECK(named_characters("zzz").empty());
}

}  // namespace
}  // namespace wick::views
