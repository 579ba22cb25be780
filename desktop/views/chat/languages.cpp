#include "views/chat/languages.h"

#include <algorithm>

#include "core/text/jinja_text.h"

namespace wick::views {
namespace {

std::unordered_set<std::string_view> words(std::string_view list) {
  const std::vector<std::string_view> split = jinja::split_whitespace(list, -1, false);
  return {split.begin(), split.end()};
}

const Quote kDouble{"\"", "\""}, kSingle{"'", "'"};

constexpr const char* kC =
    "auto bool break case char const constexpr continue default do double else enum extern false float for goto if "
    "inline int long nullptr register return short signed sizeof static struct switch true typedef union unsigned void "
    "volatile while NULL";
constexpr const char* kCpp =
    "alignas alignof and auto bool break case catch char char8_t char16_t char32_t class co_await co_return co_yield "
    "concept const consteval constexpr constinit const_cast continue decltype default delete do double dynamic_cast "
    "else enum explicit export extern false final float for friend goto if inline int long mutable namespace new "
    "noexcept not nullptr operator or override private protected public reinterpret_cast requires return short signed "
    "sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typeid "
    "typename union unsigned using virtual void volatile wchar_t while";
constexpr const char* kJavaScript =
    "abstract any as async await boolean break case catch class const continue debugger declare default delete do else "
    "enum export extends false finally for from function get if implements import in infer instanceof interface is "
    "keyof let namespace never new null number object of private protected public readonly return satisfies set static "
    "string super switch this throw true try type typeof undefined unknown var void while with yield";
constexpr const char* kPython =
    "False None True and as assert async await break case class continue def del elif else except finally for from "
    "global if import in is lambda match nonlocal not or pass raise return try while with yield self";
constexpr const char* kRust =
    "Self as async await bool box break char const continue crate dyn else enum extern f32 f64 false fn for i128 i16 "
    "i32 i64 i8 if impl in isize let loop match mod move mut pub ref return self static str struct super trait true "
    "type u128 u16 u32 u64 u8 union unsafe use usize where while";
constexpr const char* kGo =
    "any bool break byte case chan complex128 complex64 const continue default defer else error fallthrough false "
    "float32 float64 for func go goto if import int int16 int32 int64 int8 interface iota map nil package range return "
    "rune select string struct switch true type uint uint16 uint32 uint64 uint8 uintptr var";
constexpr const char* kJava =
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends false "
    "final finally float for goto if implements import instanceof int interface long native new null package permits "
    "private protected public record return sealed short static strictfp super switch synchronized this throw throws "
    "transient true try var void volatile while yield";
constexpr const char* kCSharp =
    "abstract as async await base bool break byte case catch char checked class const continue decimal default "
    "delegate do double else enum event explicit extern false finally fixed float for foreach get if implicit in int "
    "interface internal is lock long namespace new null object operator out override params private protected public "
    "readonly record ref return sbyte sealed set short sizeof static string struct switch this throw true try typeof "
    "uint ulong unchecked unsafe ushort using var virtual void volatile while yield";
constexpr const char* kBash =
    "alias break case cd continue do done echo elif else esac eval exec exit export fi for function if in let local "
    "read readonly return select set shift source then time trap unset until while";
constexpr const char* kCss =
    "@charset @container @font-face @import @keyframes @layer @media @namespace @page @property @supports !important "
    "and not or only from to inherit initial unset none auto";
constexpr const char* kSql =
    "add all alter and any as asc auto_increment begin between bigint boolean by cascade case char check column commit "
    "constraint create cross current_date current_timestamp database date datetime decimal default delete desc "
    "distinct "
    "double drop else end except exists explain false float foreign from full function grant group having if in index "
    "inner insert int integer intersect interval into is join key left like limit natural not null numeric offset on "
    "or "
    "order outer over partition primary procedure real references returning revoke right rollback row rows select set "
    "smallint table text then timestamp to transaction trigger true truncate union unique update using values varchar "
    "view when where window with";

const std::vector<Language>& languages() {
  using enum Trait;
  static const std::vector<Language> all{
      {"Python",
       {"python", "py", "python3", "py3"},
       none,
       words(kPython),
       "#",
       "",
       "",
       {{"\"\"\"", "\"\"\"", true, true}, {"'''", "'''", true, true}, kDouble, kSingle},
       "bfru",
       ""},
      {"JavaScript",
       {"javascript", "js", "jsx", "mjs", "node"},
       none,
       words(kJavaScript),
       "//",
       "/*",
       "*/",
       {kDouble, kSingle, {"`", "`", true, true}},
       "",
       "$"},
      {"TypeScript",
       {"typescript", "ts", "tsx"},
       none,
       words(kJavaScript),
       "//",
       "/*",
       "*/",
       {kDouble, kSingle, {"`", "`", true, true}},
       "",
       "$"},
      {"C", {"c", "h"}, directives, words(kC), "//", "/*", "*/", {kDouble, kSingle}, "lu8", ""},
      {"C++",
       {"c++", "cpp", "cc", "cxx", "hpp"},
       directives | raw_parentheses,
       words(kCpp),
       "//",
       "/*",
       "*/",
       {kDouble, kSingle},
       "lru8",
       ""},
      {"C#",
       {"c#", "cs", "csharp"},
       directives,
       words(kCSharp),
       "//",
       "/*",
       "*/",
       {{"\"\"\"", "\"\"\"", false, true}, kDouble, kSingle},
       "",
       ""},
      {"Rust",
       {"rust", "rs"},
       raw_hashes | lifetimes | nested_comments,
       words(kRust),
       "//",
       "/*",
       "*/",
       {{"\"", "\"", true, true}},
       "bcr",
       ""},
      {"Go", {"go", "golang"}, none, words(kGo), "//", "/*", "*/", {kDouble, kSingle, {"`", "`", false, true}}, "", ""},
      {"Java",
       {"java"},
       none,
       words(kJava),
       "//",
       "/*",
       "*/",
       {{"\"\"\"", "\"\"\"", true, true}, kDouble, kSingle},
       "",
       "$"},
      {"Shell",
       {"bash", "sh", "shell", "zsh"},
       spaced_comments,
       words(kBash),
       "#",
       "",
       "",
       {{"\"", "\"", true, true}, {"'", "'", false, true}},
       "",
       "-"},
      {"JSON", {"json", "jsonc", "json5"}, none, words("false null true"), "//", "/*", "*/", {kDouble}, "", ""},
      {"YAML",
       {"yaml", "yml"},
       spaced_comments,
       words("false no null off on true yes"),
       "#",
       "",
       "",
       {kDouble, {"'", "'", false}},
       "",
       "-"},
      {"HTML",
       {"html", "xml", "svg", "xhtml"},
       markup,
       {},
       "",
       "<!--",
       "-->",
       {{"\"", "\"", false, true}, {"'", "'", false, true}},
       "",
       "-:"},
      {"CSS", {"css", "scss", "less"}, percentages, words(kCss), "", "/*", "*/", {kDouble, kSingle}, "", "-@!"},
      {"SQL",
       {"sql", "mysql", "postgresql", "sqlite"},
       any_case,
       words(kSql),
       "--",
       "/*",
       "*/",
       {{"'", "'", false, true}, {"\"", "\"", false}, {"`", "`", false}},
       "",
       ""},
  };
  return all;
}

}  // namespace

const Language* find_language(std::string_view name) {
  const std::string lower = jinja::lower(name);
  const auto found = std::ranges::find_if(
      languages(), [&](const Language& language) { return std::ranges::count(language.names, lower) > 0; });
  return found == languages().end() ? nullptr : &*found;
}

}  // namespace wick::views
