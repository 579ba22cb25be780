// The colours of code.
#include "views/chat/highlight.h"

#include <catch2/catch.hpp>
#include <string>

#include "views/chat/languages.h"

namespace wick::views {
namespace {

/// The code with its pieces marked: k<if> s<"x"> n<1> c<// x>.
std::string shown(std::string_view code, std::string_view language) {
  std::string text;
  for (const CodeSpan& span : highlight(code, language)) {
    const std::string_view piece = code.substr(span.begin, span.end - span.begin);
    if (span.kind == CodeKind::plain)
      text += piece;
    else
      text.append(1, "pksnc"[static_cast<int>(span.kind)]).append("<").append(piece).append(">");
  }
  return text;
}

TEST_CASE("highlight: each language has its own words, strings, numbers and comments") {
  struct Case {
    const char *language, *code, *expected;
  };
  for (const auto& [language, code, expected] : {
           Case{"python", "def f(x): return rb'\\'a' + 1.5e-3 # done\niffy = '''a\n'b'''",
                "k<def> f(x): k<return> s<rb'\\'a'> + n<1.5e-3> c<# done>\niffy = s<'''a\n'b'''>"},
           Case{"PY", "s = 'open\nx = None", "s = s<'open>\nx = k<None>"},
           Case{"js", "const $a = `x\n${b}`; // c\nlet n = 0xFF / 2;",
                "k<const> $a = s<`x\n${b}`>; c<// c>\nk<let> n = n<0xFF> / n<2>;"},
           Case{"ts", "interface A { b: string }", "k<interface> A { b: k<string> }"},
           Case{"c", "#include \"a.h\"\n  # define X 'c'\nint a = b#c; /* open",
                "k<#include> s<\"a.h\">\n  k<# define> X s<'c'>\nk<int> a = b#c; c</* open>"},
           Case{"c++", "auto s = R\"x(a)\" b)x\"; int n = 1'000'000; char c = L'\\'';",
                "k<auto> s = s<R\"x(a)\" b)x\">; k<int> n = n<1'000'000>; k<char> c = s<L'\\''>;"},
           Case{"rust", "fn f<'a>(x: &'a str) -> char { '\\'' /* a /* b */ c */ r#\"a\"b\"# 'é' 0..10 }",
                "k<fn> f<'a>(x: &'a k<str>) -> k<char> { s<'\\''> c</* a /* b */ c */> s<r#\"a\"b\"#> s<'é'> "
                "n<0>..n<10> }"},
           Case{"go", "func f() { s := `a\\`; x := 'b' }", "k<func> f() { s := s<`a\\`>; x := s<'b'> }"},
           Case{"java", "String s = \"\"\"\n \"a\" \"\"\"; final int x = 1_000L;",
                "String s = s<\"\"\"\n \"a\" \"\"\">; k<final> k<int> x = n<1_000L>;"},
           Case{"bash", "for f in a#b; do echo \"$f\\\"\n\" 'it\\'; done # c",
                "k<for> f k<in> a#b; k<do> k<echo> s<\"$f\\\"\n\"> s<'it\\'>; k<done> c<# c>"},
           Case{"json", "{\"a\": [1, -2.5, true]}", "{s<\"a\">: [n<1>, -n<2.5>, k<true>]}"},
           Case{"html", "<!-- c --><p class=\"a\">don't 1 < 2</p><br/>",
                "c<<!-- c -->><k<p> class=s<\"a\">>don't 1 < 2</k<p>><k<br>/>"},
           Case{"html", "<script>let a = '<b>';</script><i>x</i>",
                "<k<script>>k<let> a = s<'<b>'>;</k<script>><k<i>>x</k<i>>"},
           Case{"css", "@media (a) { .b-1 { width: -50%; color: \"c\" !important } } /* d */",
                "k<@media> (a) { .b-1 { width: -n<50%>; color: s<\"c\"> k<!important> } } c</* d */>"},
           Case{"sql", "SELECT a FROM b WHERE c = 'it''s' AND d > 10 -- e",
                "k<SELECT> a k<FROM> b k<WHERE> c = s<'it''s'> k<AND> d > n<10> c<-- e>"},
           Case{"yaml", "a: true # b\nc: \"d\"", "a: k<true> c<# b>\nc: s<\"d\">"},
       }) {
    INFO(language);
    CHECK(shown(code, language) == expected);
  }
}

TEST_CASE("highlight: another language is one plain piece") {
  CHECK(highlight("if (x) 1", "brainfuck") == std::vector<CodeSpan>{{0, 8, CodeKind::plain}});
  CHECK(highlight("if", "").size() == 1);
  CHECK(highlight("", "python").empty());
  CHECK(highlight("", "none").empty());
}

TEST_CASE("highlight: languages have titles") {
  CHECK(language_title("cpp") == "C++");
  CHECK(language_title("JS") == "JavaScript");
  CHECK(language_title("fortran") == "fortran");
  CHECK(language_title("") == "Code");
}

TEST_CASE("highlight: any bytes are covered from end to end") {
  const char pieces[] = "\"'`#/*-<>!\\\nrR(){}0x1.e+%@_aé\xFF\x00ifbuL";
  for (const char* language :
       {"python", "js", "c", "cpp", "cs", "rust", "go", "java", "bash", "json", "html", "css", "sql", "yaml"}) {
    REQUIRE(find_language(language));
    unsigned state = 1;
    for (int run = 0; run < 300; ++run) {
      std::string code;
      for (int i = 0; i < 60; ++i) {
        state = state * 1664525 + 1013904223;
        code += pieces[(state >> 16) % (sizeof(pieces) - 1)];
      }
      std::size_t at = 0;
      for (const CodeSpan& span : highlight(code, language)) {
        if (span.begin != at || span.end <= at) FAIL(language << ": " << code);
        at = span.end;
      }
      CHECK(at == code.size());
    }
  }
}

}  // namespace
}  // namespace wick::views
