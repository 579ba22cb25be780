#include "views/chat/highlight.h"

#include <algorithm>
#include <utility>

#include "core/text/jinja_text.h"
#include "core/text/unicode.h"
#include "views/chat/languages.h"

namespace wick::views {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Goes through the code once, from mark to mark; every byte above ASCII is a letter, so no character is cut.
class Lexer {
 public:
  Lexer(std::string_view code, const Language& language, std::vector<CodeSpan>& spans)
      : code_(code), language_(&language), spans_(spans) {}

  /// The code before byte `end`, from where the last run ended.
  void run(std::size_t end);

 private:
  bool here(std::string_view text) const { return !text.empty() && code_.substr(at_, end_ - at_).starts_with(text); }
  bool is_word(char c) const {
    return is_letter(c) || is_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80 ||
           language_->word_marks.find(c) != std::string_view::npos;
  }
  void take(std::size_t to, CodeKind kind);
  std::size_t after(std::string_view text, std::size_t from) const;

  void step();
  std::size_t comment_end() const;
  bool comment();
  bool directive();
  bool quoted(std::size_t from);
  bool raw(std::size_t from);
  bool character();
  bool number();
  void word();
  void tag();
  void inside_of(std::string_view element, const char* language);

  std::string_view code_;
  const Language* language_;
  std::vector<CodeSpan>& spans_;
  std::size_t at_ = 0, end_ = 0;
};

/// Up to byte `to` all is of one kind.
void Lexer::take(std::size_t to, CodeKind kind) {
  to = std::min(to, end_);
  if (to <= at_) return;
  if (!spans_.empty() && spans_.back().kind == kind)
    spans_.back().end = to;
  else
    spans_.push_back({at_, to, kind});
  at_ = to;
}

/// The byte after the next `text`, or the end.
std::size_t Lexer::after(std::string_view text, std::size_t from) const {
  const std::size_t found = code_.substr(0, end_).find(text, from);
  return found == std::string_view::npos ? end_ : found + text.size();
}

void Lexer::run(std::size_t end) {
  end_ = end;
  while (at_ < end_) {
    if (!language_->has(Trait::markup))
      step();
    else if (!comment())
      tag();
  }
}

void Lexer::step() {
  if (comment() || directive() || quoted(at_) || character() || number()) return;
  const bool sign = code_[at_] == '-' && at_ + 1 < end_ && is_digit(code_[at_ + 1]);
  if (is_word(code_[at_]) && !sign)
    word();
  else
    take(at_ + 1, CodeKind::plain);
}

/// The byte after the comment that begins here.
std::size_t Lexer::comment_end() const {
  const std::string_view begin = language_->comment_begin, end = language_->comment_end;
  std::size_t to = at_ + begin.size();
  if (!language_->has(Trait::nested_comments)) return after(end, to);
  for (int depth = 1; depth > 0 && to < end_;) {
    const bool opens = code_.substr(to).starts_with(begin), closes = code_.substr(to).starts_with(end);
    depth += opens ? 1 : closes ? -1 : 0;
    to += opens ? begin.size() : closes ? end.size() : 1;
  }
  return to;
}

bool Lexer::comment() {
  const bool follows_word =
      at_ > 0 && !is_blank(code_[at_ - 1]) && std::string_view(";|&()").find(code_[at_ - 1]) == std::string_view::npos;
  if (here(language_->line_comment) && !(language_->has(Trait::spaced_comments) && follows_word)) {
    take(std::min(code_.find('\n', at_), end_), CodeKind::comment);
    return true;
  }
  if (!here(language_->comment_begin)) return false;
  take(comment_end(), CodeKind::comment);
  return true;
}

bool Lexer::directive() {
  if (code_[at_] != '#' || !language_->has(Trait::directives)) return false;
  std::size_t before = at_;
  while (before > 0 && (code_[before - 1] == ' ' || code_[before - 1] == '\t')) --before;
  if (before > 0 && code_[before - 1] != '\n') return false;
  std::size_t to = std::min(code_.find_first_not_of(' ', at_ + 1), end_);
  while (to < end_ && is_letter(code_[to])) ++to;
  take(to, CodeKind::keyword);
  return true;
}

/// R"x(...)x" or r#"..."#, the letters before the quote being over at `from`.
bool Lexer::raw(std::size_t from) {
  const char before = from > at_ ? code_[from - 1] : ' ';
  if (before == 'R' && language_->has(Trait::raw_parentheses) && code_[from] == '"') {
    const std::size_t open =
        code_.substr(0, std::min(end_, from + 18)).find('(', from);  // at most 16 characters before
    if (open == std::string_view::npos) return false;
    take(after(")" + std::string(code_.substr(from + 1, open - from - 1)) + "\"", open), CodeKind::string);
    return true;
  }
  if (before == 'r' && language_->has(Trait::raw_hashes) && (code_[from] == '#' || code_[from] == '"')) {
    const std::size_t quote = std::min(code_.find_first_not_of('#', from), end_);
    if (quote == end_ || code_[quote] != '"') return false;
    take(after("\"" + std::string(quote - from, '#'), quote + 1), CodeKind::string);
    return true;
  }
  return false;
}

/// A string whose quote is at `from`; what stands before it from here on belongs to it.
bool Lexer::quoted(std::size_t from) {
  const std::string_view rest = code_.substr(from, end_ - from);
  const auto quote =
      std::ranges::find_if(language_->quotes, [&](const Quote& one) { return rest.starts_with(one.begin); });
  if (quote == language_->quotes.end()) return false;
  std::size_t to = from + quote->begin.size();
  while (to < end_ && !code_.substr(to, end_ - to).starts_with(quote->end)) {
    if (code_[to] == '\n' && !quote->lines) break;
    to += code_[to] == '\\' && quote->escapes && to + 1 < end_ && (quote->lines || code_[to + 1] != '\n') ? 2 : 1;
  }
  if (to < end_ && code_[to] != '\n') to += quote->end.size();
  take(to, CodeKind::string);
  return true;
}

/// 'a' and '\n', but not 'a, which is a lifetime.
bool Lexer::character() {
  if (code_[at_] != '\'' || !language_->has(Trait::lifetimes)) return false;
  std::size_t to = at_ + 1;
  if (to < end_ && code_[to] == '\\') {
    to = std::min(code_.find_first_of("'\n", to + 2), end_);
  } else if (to < end_) {
    to += text::decode_utf8(code_, to).length;
  }
  if (to < end_ && code_[to] == '\'') {
    take(to + 1, CodeKind::string);
  } else {
    take(at_ + 1, CodeKind::plain);
  }
  return true;
}

bool Lexer::number() {
  const auto digit_at = [&](std::size_t at) { return at < end_ && is_digit(code_[at]); };
  if (!digit_at(at_) && !(code_[at_] == '.' && digit_at(at_ + 1) && (at_ == 0 || code_[at_ - 1] != '.'))) return false;
  const bool hexadecimal = code_.substr(at_, 2) == "0x" || code_.substr(at_, 2) == "0X";
  std::size_t to = at_;
  while (to < end_) {
    const char c = code_[to], last = to > at_ ? code_[to - 1] : ' ';
    const bool exponent = !hexadecimal && (last == 'e' || last == 'E');
    const bool more = is_letter(c) || is_digit(c) || c == '_' || (c == '.' && digit_at(to + 1)) ||
                      (c == '\'' && digit_at(to + 1) && language_->has(Trait::raw_parentheses)) ||
                      ((c == '+' || c == '-') && exponent && digit_at(to + 1));
    if (!more) break;
    ++to;
  }
  if (to < end_ && code_[to] == '.' && !code_.substr(to).starts_with("..")) ++to;  // "1."
  if (to < end_ && code_[to] == '%' && language_->has(Trait::percentages)) ++to;
  take(to, CodeKind::number);
  return true;
}

void Lexer::word() {
  std::size_t to = at_;
  while (to < end_ && is_word(code_[to])) ++to;
  const std::string_view word = code_.substr(at_, to - at_);
  const auto is_prefix = [&](char c) {
    return language_->string_prefixes.find(static_cast<char>(c | 0x20)) != std::string_view::npos;
  };
  if (to < end_ && word.size() <= 3 && std::ranges::all_of(word, is_prefix) && (raw(to) || quoted(to))) return;
  const bool keyword = language_->has(Trait::any_case) ? language_->keywords.contains(jinja::lower(word))
                                                       : language_->keywords.contains(word);
  take(to, keyword ? CodeKind::keyword : CodeKind::plain);
}

/// Text up to a tag, and the tag.
void Lexer::tag() {
  if (code_[at_] != '<' || at_ + 1 == end_ ||
      (!is_letter(code_[at_ + 1]) && std::string_view("/!?").find(code_[at_ + 1]) == std::string_view::npos)) {
    take(std::min(code_.find('<', at_ + 1), end_), CodeKind::plain);
    return;
  }
  take(at_ + (code_[at_ + 1] == '/' ? 2 : 1), CodeKind::plain);
  const std::size_t name = at_;
  std::size_t to = at_;
  while (to < end_ && (is_word(code_[to]) || code_[to] == '!' || code_[to] == '?')) ++to;
  take(to, CodeKind::keyword);
  const std::string element = code_[name - 1] == '/' ? "" : jinja::lower(code_.substr(name, to - name));
  while (at_ < end_ && code_[at_] != '>') {
    if (!quoted(at_)) take(at_ + 1, CodeKind::plain);
  }
  take(at_ + 1, CodeKind::plain);
  if (element == "script") inside_of("</script", "js");
  if (element == "style") inside_of("</style", "css");
}

/// Code of another language up to the tag that ends it.
void Lexer::inside_of(std::string_view closing, const char* language) {
  const Language* outer = std::exchange(language_, find_language(language));
  const std::size_t whole = end_;
  run(std::min(code_.substr(0, whole).find(closing, at_), whole));
  end_ = whole;
  language_ = outer;
}

}  // namespace

std::vector<CodeSpan> highlight(std::string_view code, std::string_view language) {
  std::vector<CodeSpan> spans;
  if (const Language* known = find_language(language)) {
    Lexer(code, *known, spans).run(code.size());
  } else if (!code.empty()) {
    spans.push_back({0, code.size(), CodeKind::plain});
  }
  return spans;
}

std::string language_title(std::string_view language) {
  if (const Language* known = find_language(language)) return std::string(known->title);
  return language.empty() ? "Code" : std::string(language);
}

}  // namespace wick::views
