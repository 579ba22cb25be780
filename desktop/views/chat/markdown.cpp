#include "views/chat/markdown.h"

#include <md4c.h>

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <utility>

#include "core/error.h"
#include "core/text/jinja_text.h"
#include "core/text/unicode.h"
#include "views/chat/entities.h"

namespace wick::views {
namespace {

constexpr std::size_t kLongestSource = std::size_t{1} << 30;  // the parser counts in 32 bits

// ---- Entities ----

void append_code(std::string& text, std::int64_t code) {
  const bool is_character = code > 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
  text::append_utf8(text, is_character ? static_cast<char32_t>(code) : text::kReplacement);
}

/// The characters of "&name;", "&#1;" or "&#x1;"; the same text where there is no such character.
std::string decoded_entity(std::string_view entity) {
  std::string_view name = entity.substr(1, entity.size() - 2);
  std::string text;
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    const bool hexadecimal = name.starts_with('x') || name.starts_with('X');
    if (hexadecimal) name.remove_prefix(1);
    std::int64_t code = 0;
    append_code(text, jinja::parse_integer(name, hexadecimal ? 16 : 10, code) ? code : 0);
    return text;
  }
  for (const char32_t character : named_characters(name)) text::append_utf8(text, character);
  return text.empty() ? std::string(entity) : text;
}

std::string decoded(const MD_ATTRIBUTE& attribute) {
  std::string text;
  for (std::size_t i = 0; attribute.text && attribute.substr_offsets[i] < attribute.size; ++i) {
    const MD_OFFSET begin = attribute.substr_offsets[i];
    const std::string_view part(attribute.text + begin, attribute.substr_offsets[i + 1] - begin);
    if (attribute.substr_types[i] == MD_TEXT_ENTITY)
      text += decoded_entity(part);
    else if (attribute.substr_types[i] == MD_TEXT_NULLCHAR)
      text::append_utf8(text, text::kReplacement);
    else
      text += part;
  }
  return text;
}

bool may_be_followed(std::string_view url) {
  const std::string scheme = jinja::lower(url.substr(0, url.find(':')));
  return url.find(':') != std::string_view::npos && (scheme == "http" || scheme == "https" || scheme == "mailto");
}

// ---- From the parser's calls to blocks ----

class Builder {
 public:
  explicit Builder(std::string_view source) : source_(source) {}

  void enter_block(MD_BLOCKTYPE type, void* detail);
  void leave_block(MD_BLOCKTYPE type);
  void enter_span(MD_SPANTYPE type, void* detail);
  void leave_span(MD_SPANTYPE type);
  void text(MD_TEXTTYPE type, std::string_view text);

  std::vector<Block> take() { return std::move(blocks_); }

 private:
  struct List {
    bool tight;
    std::optional<unsigned> next;  // number of an ordered list's next item
  };

  Block& open(Block::Kind kind);
  void close();
  void open_item(const MD_BLOCK_LI_DETAIL& detail);
  void open_list(List list);
  Spans& spans();
  void add(std::string text, std::size_t begin, std::size_t end);
  void add_break(std::string text);
  void flush_indent(std::size_t before);

  std::string_view source_;
  std::vector<Block> blocks_;
  bool in_block_ = false;             // the last block takes text
  std::optional<ItemMarker> marker_;  // of the item whose first block is still to come
  std::vector<List> lists_;
  int quotes_ = 0;
  std::array<int, 4> styles_{};     // how many spans of strong, emphasis, code and strike are open
  std::vector<std::string> links_;  // "" for a link that is none
  std::size_t cursor_ = 0;          // byte of the source after the last text
  std::size_t indent_ = 0;          // blanks of a line of code that the parser wrote itself, not placed yet
};

Block& Builder::open(Block::Kind kind) {
  close();
  Block& block = blocks_.emplace_back();
  block.kind = kind;
  block.quotes = quotes_;
  block.depth = static_cast<int>(lists_.size());
  block.tight = !lists_.empty() && lists_.back().tight;
  block.marker = std::exchange(marker_, std::nullopt);
  in_block_ = true;
  return block;
}

void Builder::close() {
  in_block_ = false;
  styles_ = {};
  links_.clear();
}

/// An item that begins with another list has its marker on a block of its own.
void Builder::open_list(List list) {
  if (marker_) open(Block::Kind::paragraph);
  close();
  lists_.push_back(list);
}

void Builder::open_item(const MD_BLOCK_LI_DETAIL& detail) {
  close();
  List& list = lists_.back();
  ItemMarker marker{list.next, TaskMark::none};
  if (list.next) ++*list.next;
  if (detail.is_task != 0) marker.task = detail.task_mark == ' ' ? TaskMark::open : TaskMark::done;
  marker_ = marker;
}

void Builder::enter_block(MD_BLOCKTYPE type, void* detail) {
  switch (type) {
    case MD_BLOCK_QUOTE:
      close();
      ++quotes_;
      break;
    case MD_BLOCK_UL:
      open_list({static_cast<const MD_BLOCK_UL_DETAIL*>(detail)->is_tight != 0, std::nullopt});
      break;
    case MD_BLOCK_OL: {
      const auto& list = *static_cast<const MD_BLOCK_OL_DETAIL*>(detail);
      open_list({list.is_tight != 0, list.start});
      break;
    }
    case MD_BLOCK_LI:
      open_item(*static_cast<const MD_BLOCK_LI_DETAIL*>(detail));
      break;
    case MD_BLOCK_HR:
      open(Block::Kind::rule);
      close();
      break;
    case MD_BLOCK_H:
      open(Block::Kind::heading).level = static_cast<int>(static_cast<const MD_BLOCK_H_DETAIL*>(detail)->level);
      break;
    case MD_BLOCK_CODE:
      open(Block::Kind::code).language = decoded(static_cast<const MD_BLOCK_CODE_DETAIL*>(detail)->lang);
      break;
    case MD_BLOCK_P:
      open(Block::Kind::paragraph);
      break;
    case MD_BLOCK_TABLE:
      open(Block::Kind::table);
      break;
    case MD_BLOCK_TR:
      blocks_.back().table.rows.emplace_back();
      break;
    case MD_BLOCK_TH:
      blocks_.back().table.columns.push_back(static_cast<Align>(static_cast<const MD_BLOCK_TD_DETAIL*>(detail)->align));
      blocks_.back().table.rows.back().emplace_back();
      break;
    case MD_BLOCK_TD:
      blocks_.back().table.rows.back().emplace_back();
      break;
    default:
      break;
  }
}

void Builder::leave_block(MD_BLOCKTYPE type) {
  switch (type) {
    case MD_BLOCK_QUOTE:
      close();
      --quotes_;
      break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
      close();
      lists_.pop_back();
      break;
    case MD_BLOCK_LI:
      if (marker_) open(Block::Kind::paragraph);  // an empty item
      close();
      break;
    case MD_BLOCK_CODE: {
      indent_ = 0;
      Spans& code = blocks_.back().spans;
      if (!code.empty() && code.back().text.ends_with('\n')) {
        const bool same = code.back().text.size() == code.back().end - code.back().begin;
        code.back().text.pop_back();
        if (same) --code.back().end;
        if (code.back().text.empty()) code.pop_back();
      }
      close();
      break;
    }
    case MD_BLOCK_H:
    case MD_BLOCK_P:
    case MD_BLOCK_TABLE:
      close();
      break;
    default:
      break;
  }
}

std::size_t place_of(MD_SPANTYPE type) {
  switch (type) {
    case MD_SPAN_STRONG:
      return 0;
    case MD_SPAN_EM:
      return 1;
    case MD_SPAN_CODE:
      return 2;
    default:
      return 3;
  }
}

void Builder::enter_span(MD_SPANTYPE type, void* detail) {
  if (type == MD_SPAN_A || type == MD_SPAN_IMG) {
    std::string url = decoded(type == MD_SPAN_A ? static_cast<const MD_SPAN_A_DETAIL*>(detail)->href
                                                : static_cast<const MD_SPAN_IMG_DETAIL*>(detail)->src);
    links_.push_back(may_be_followed(url) ? std::move(url) : std::string());
  } else {
    ++styles_[place_of(type)];
  }
}

/// The parser ends, now and then, a link that it never began.
void Builder::leave_span(MD_SPANTYPE type) {
  if (type == MD_SPAN_A || type == MD_SPAN_IMG) {
    if (!links_.empty()) links_.pop_back();
  } else {
    int& open = styles_[place_of(type)];
    open = std::max(0, open - 1);
  }
}

/// Where text goes: the items of a tight list have no paragraphs of their own.
Spans& Builder::spans() {
  if (!in_block_) open(Block::Kind::paragraph);
  Block& block = blocks_.back();
  return block.kind == Block::Kind::table ? block.table.rows.back().back() : block.spans;
}

void Builder::add(std::string text, std::size_t begin, std::size_t end) {
  cursor_ = end;
  if (text.empty()) return;
  Span span{std::move(text), kPlain, "", begin, end};
  for (std::size_t i = 0; i < styles_.size(); ++i) {
    if (styles_[i] > 0) span.style = static_cast<std::uint8_t>(span.style | 1U << i);
  }
  if (const auto link = std::ranges::find_if(links_, std::not_fn(&std::string::empty)); link != links_.end()) {
    span.style |= kLink;
    span.url = *link;
  }
  Spans& list = spans();
  const auto same = [](const Span& one) { return one.text.size() == one.end - one.begin; };
  if (!list.empty() && list.back().end == begin && list.back().style == span.style && list.back().url == span.url &&
      same(list.back()) && same(span)) {
    list.back().text += span.text;
    list.back().end = end;
  } else {
    list.push_back(std::move(span));
  }
}

/// A line's end, which the parser writes itself: its place is where the next line begins.
void Builder::add_break(std::string text) {
  std::size_t end = std::min(source_.find_first_of("\r\n", cursor_), source_.size());
  if (end < source_.size()) end += source_.substr(end).starts_with("\r\n") ? 2 : 1;
  add(std::move(text), cursor_, end);
}

/// A tab goes on to the next multiple of 4.
std::size_t column_after(std::size_t column, char character) {
  return character == '\t' ? (column / 4 + 1) * 4 : column + 1;
}

/// Places the blanks of a line of code before its text, at `before`. The parser counts columns; where blanks of the
/// source are as wide they stay what they are, so that code has its tabs.
void Builder::flush_indent(std::size_t before) {
  if (indent_ == 0) return;
  const std::size_t wanted = std::exchange(indent_, 0);
  const std::size_t line = before == 0 ? 0 : source_.find_last_of("\r\n", before - 1) + 1;
  std::size_t last = 0, column = 0, begin = line;
  for (std::size_t at = line; at < before; ++at) last = column_after(last, source_[at]);
  while (begin < before && (begin < cursor_ || last - column > wanted)) column = column_after(column, source_[begin++]);
  const std::string_view blanks = source_.substr(begin, before - begin);
  const bool same = last - column == wanted && blanks.find_first_not_of(" \t") == std::string_view::npos;
  add(same ? std::string(blanks) : std::string(wanted, ' '), begin, before);
}

void Builder::text(MD_TEXTTYPE type, std::string_view text) {
  const bool within = std::greater_equal<>()(text.data(), source_.data()) &&
                      std::less_equal<>()(text.data(), source_.data() + source_.size());
  if (type == MD_TEXT_NULLCHAR) {
    const std::size_t at = std::min(source_.find('\0', cursor_), source_.size());
    flush_indent(at);
    add("\uFFFD", at, std::min(at + 1, source_.size()));
  } else if (within) {
    // The parser gives a zero twice, and a line's end after a bare link.
    const auto at = static_cast<std::size_t>(text.data() - source_.data());
    if (text.starts_with('\0') || (at < cursor_ && text.starts_with('\r'))) text.remove_prefix(1);
    const std::size_t end = static_cast<std::size_t>(text.data() - source_.data()) + text.size();
    const std::size_t begin = std::max(end - text.size(), cursor_);
    flush_indent(begin);
    add(type == MD_TEXT_ENTITY ? decoded_entity(text) : std::string(text), begin, std::max(begin, end));
  } else if (text.find_first_not_of(' ') == std::string_view::npos && in_block_ &&
             blocks_.back().kind == Block::Kind::code) {
    indent_ += text.size();
  } else {
    flush_indent(cursor_);
    add_break(std::string(text));
  }
}

// ---- The parser ----

struct Parse {
  Builder builder;
  std::exception_ptr failed;
};

/// No exception may pass through the parser, which is C.
template <class Call>
int guarded(void* user, Call call) {
  auto& parse = *static_cast<Parse*>(user);
  try {
    call(parse.builder);
    return 0;
  } catch (...) {
    parse.failed = std::current_exception();
    return 1;
  }
}

constexpr MD_PARSER kParser{0,
                            MD_DIALECT_GITHUB | MD_FLAG_NOHTML,
                            [](MD_BLOCKTYPE type, void* detail, void* user) {
                              return guarded(user, [&](Builder& builder) { builder.enter_block(type, detail); });
                            },
                            [](MD_BLOCKTYPE type, void*, void* user) {
                              return guarded(user, [&](Builder& builder) { builder.leave_block(type); });
                            },
                            [](MD_SPANTYPE type, void* detail, void* user) {
                              return guarded(user, [&](Builder& builder) { builder.enter_span(type, detail); });
                            },
                            [](MD_SPANTYPE type, void*, void* user) {
                              return guarded(user, [&](Builder& builder) { builder.leave_span(type); });
                            },
                            [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* user) {
                              return guarded(user, [&](Builder& builder) { builder.text(type, {text, size}); });
                            },
                            nullptr,
                            nullptr};

/// Without a last line that has nothing but marks: "-" may become an item or underline a heading, "``" open code.
std::string_view without_open_marks(std::string_view source) {
  const std::size_t line = source.find_last_of("\r\n") + 1;
  return source.find_first_not_of("-=*_#>`~|+: \t", line) == std::string_view::npos ? source.substr(0, line) : source;
}

}  // namespace

TextRange shown_part(const Span& span, std::size_t begin, std::size_t end) {
  const std::size_t from = std::max(begin, span.begin), to = std::min(end, span.end);
  if (from >= to) return {};
  if (span.text.size() != span.end - span.begin) return {0, span.text.size()};
  return {from - span.begin, to - span.begin};
}

std::vector<Block> parse_markdown(std::string_view source, bool unfinished) {
  if (unfinished) source = without_open_marks(source);
  if (source.empty()) return {};
  if (source.size() > kLongestSource) throw Error("a text of {} bytes is too long to be shown", source.size());
  const std::string terminated(source);  // the parser looks one byte past the end, and goes on there if it is no zero
  Parse parse{Builder(terminated), nullptr};
  const int result = md_parse(terminated.data(), static_cast<MD_SIZE>(terminated.size()), &kParser, &parse);
  if (parse.failed) std::rethrow_exception(parse.failed);
  if (result != 0) throw Error(ErrorKind::memory, "out of memory for a message's layout");
  return parse.builder.take();
}

std::string text_of(const Spans& spans) {
  std::string text;
  for (const Span& span : spans) text += span.text;
  return text;
}

}  // namespace wick::views
