#pragma once
// Colours for code in an answer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wick::views {

enum class CodeKind : std::uint8_t { plain, keyword, string, number, comment };

struct CodeSpan {
  std::size_t begin, end;  // bytes of the code
  CodeKind kind;
  bool operator==(const CodeSpan&) const = default;
};

/// The code in pieces of one kind, in order and without gaps; no piece begins or ends within a character. `language`
/// is what a Markdown fence says, in any case: Python, JavaScript, TypeScript, C, C++, C#, Rust, Go, Java, Bash, JSON,
/// HTML, CSS, SQL and YAML have colours, all else is one plain piece. Any bytes are code.
std::vector<CodeSpan> highlight(std::string_view code, std::string_view language);

/// How a language is written: "C++" for "cpp"; as it was given where it is not known, "Code" where there is none.
std::string language_title(std::string_view language);

}  // namespace wick::views
