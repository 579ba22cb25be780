// Any bytes as an answer: blocks whose pieces lie in the text, each after the one before; and as code in any language,
// covered from end to end.
#include <cstdlib>

#include "views/chat/highlight.h"
#include "views/chat/markdown.h"

namespace {

void check(const wick::views::Spans& spans, std::size_t size, std::size_t& cursor) {
  for (const wick::views::Span& span : spans) {
    if (span.text.empty() || span.begin < cursor || span.end < span.begin || span.end > size) std::abort();
    cursor = span.end;
  }
}

void check_colours(std::string_view code) {
  for (const char* language :
       {"python", "ts", "cpp", "cs", "rust", "go", "java", "sh", "json", "html", "css", "sql", "yaml"}) {
    std::size_t at = 0;
    for (const wick::views::CodeSpan& span : wick::views::highlight(code, language)) {
      if (span.begin != at || span.end <= at) std::abort();
      at = span.end;
    }
    if (at != code.size()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wick::views;
  if (size > 8192) return 0;  // as long as an answer is
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  check_colours(source);
  for (const bool unfinished : {false, true}) {
    std::size_t cursor = 0;
    for (const Block& block : parse_markdown(source, unfinished)) {
      check(block.spans, size, cursor);
      for (const auto& row : block.table.rows) {
        if (row.size() != block.table.columns.size()) std::abort();
        for (const Spans& cell : row) check(cell, size, cursor);
      }
      if (block.depth < 0 || block.quotes < 0) std::abort();
    }
  }
  return 0;
}
