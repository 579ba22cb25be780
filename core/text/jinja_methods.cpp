// Methods of str, list, tuple, dict and the numbers.
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

Value text_value(Interpreter& interpreter, std::string_view text) {
  return interpreter.heap().string(std::string(text));
}

Value list_of(Interpreter& interpreter, const std::vector<std::string_view>& parts) {
  std::vector<Value> items;
  items.reserve(parts.size());
  for (std::string_view part : parts) items.push_back(text_value(interpreter, part));
  return interpreter.heap().list(std::move(items));
}

using TextFunction = std::string (*)(std::string_view);

template <TextFunction function>
Value convert(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("str method", arguments, {});
  interpreter.heap().work(self.string().size());
  return interpreter.heap().string(function(self.string()));
}

template <bool left, bool right>
Value strip_method(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("strip", arguments, {"chars"});
  interpreter.heap().touch(self.string().size());
  if (!p.has(0) || p[0].is(Kind::none)) return text_value(interpreter, strip(self.string(), left, right));
  interpreter.heap().work(self.string().size() / 64 * p.text(0, "").size());
  return text_value(interpreter, strip(self.string(), left, right, p.text(0, "")));
}

template <bool from_right>
Value split_method(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("split", arguments, {"sep", "maxsplit"});
  const std::int64_t limit = p.integer(1, -1);
  interpreter.heap().touch(self.string().size());
  if (!p.has(0) || p[0].is(Kind::none)) {
    return list_of(interpreter, split_whitespace(self.string(), limit, from_right));
  }
  if (p.text(0, "").empty()) throw Error("empty separator");
  return list_of(interpreter, split_at(self.string(), p.text(0, ""), limit, from_right));
}

Value splitlines(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("splitlines", arguments, {"keepends"});
  interpreter.heap().touch(self.string().size());
  return list_of(interpreter, split_lines(self.string(), p.flag(0, false)));
}

template <bool from_right>
Value partition(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("partition", arguments, {"sep"});
  const std::string& text = self.string();
  const std::string_view separator = p.text(0, "");
  if (separator.empty()) throw Error("empty separator");
  interpreter.heap().touch(text.size());
  const std::size_t at = from_right ? rfind_text(text, separator) : find_text(text, separator);
  std::vector<Value> parts;
  if (at == std::string::npos) {
    parts = {text_value(interpreter, ""), text_value(interpreter, "")};
    parts.insert(from_right ? parts.end() : parts.begin(), self);
  } else {
    parts = {text_value(interpreter, text.substr(0, at)), text_value(interpreter, separator),
             text_value(interpreter, text.substr(at + separator.size()))};
  }
  return interpreter.heap().list(std::move(parts), Flavour::tuple);
}

/// The part of a string that start and end, in characters, leave to search; `offset` is where it begins.
struct Window {
  Window(Interpreter& interpreter, const Value& self, const Parameters& p, std::size_t first) {
    text = self.string();
    interpreter.heap().touch(text.size());
    if (!p.has(first) && !p.has(first + 1)) return;
    const auto count = static_cast<std::int64_t>(character_count(text));
    const auto bound = [&](std::size_t i, std::int64_t otherwise) {
      std::int64_t at = p.has(i) && !p[i].is(Kind::none) ? p.integer(i, 0) : otherwise;
      if (at < 0) at += count;
      return std::max<std::int64_t>(at, 0);
    };
    const std::int64_t start = bound(first, 0);
    const std::int64_t end = std::min(bound(first + 1, count), count);
    beyond = start > end;
    offset = static_cast<std::size_t>(start);
    const std::size_t begin = byte_of(text, offset);
    text = beyond ? std::string_view() : text.substr(begin, byte_of(text, static_cast<std::size_t>(end)) - begin);
  }
  std::string_view text;
  std::size_t offset = 0;
  bool beyond = false;  // start lies after end: not even an empty string is found
};

template <bool at_start>
Value affix(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p(at_start ? "startswith" : "endswith", arguments, {"prefix", "start", "end"});
  const Window window(interpreter, self, p, 1);
  const auto matches = [&](const Value& wanted) {
    require_defined(wanted);
    if (!wanted.is(Kind::string)) throw Error("expected str or a tuple of str, not {}", type_name(wanted));
    const std::string_view affix_text = wanted.string();
    if (window.beyond || affix_text.size() > window.text.size()) return false;
    const std::size_t at = at_start ? 0 : window.text.size() - affix_text.size();
    return window.text.substr(at, affix_text.size()) == affix_text;
  };
  if (p[0].is(Kind::sequence) && p[0].sequence().flavour == Flavour::tuple) {
    const auto& options = p[0].sequence().items;
    interpreter.heap().work(options.size());
    return Value::boolean(std::any_of(options.begin(), options.end(), matches));
  }
  return Value::boolean(matches(p[0]));
}

template <bool from_right, bool required>
Value find_method_of_text(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("find", arguments, {"sub", "start", "end"});
  const Window window(interpreter, self, p, 1);
  const std::string_view wanted = p.text(0, "");
  require_defined(p[0]);
  const std::size_t at = window.beyond ? window.text.npos
                         : from_right  ? rfind_text(window.text, wanted)
                                       : find_text(window.text, wanted);
  if (at != window.text.npos) {
    return Value::integer(static_cast<std::int64_t>(window.offset + character_count(window.text.substr(0, at))));
  }
  if (required) throw Error("substring not found");
  return Value::integer(-1);
}

Value count_in_text(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("count", arguments, {"sub", "start", "end"});
  const Window window(interpreter, self, p, 1);
  require_defined(p[0]);
  const std::string_view wanted = p.text(0, "");
  if (window.beyond) return Value::integer(0);
  if (wanted.empty()) return Value::integer(static_cast<std::int64_t>(character_count(window.text)) + 1);
  std::int64_t found = 0;
  for (std::size_t at = 0; (at = find_text(window.text, wanted, at)) != window.text.npos; at += wanted.size()) ++found;
  return Value::integer(found);
}

Value replace(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("replace", arguments, {"old", "new", "count"});
  require_defined(p[0]);
  require_defined(p[1]);
  return interpreter.heap().string(
      replace_text(interpreter.heap(), self.string(), p.text(0, ""), p.text(1, ""), p.integer(2, -1)));
}

Value join(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("join", arguments, {"iterable"});
  require_defined(p[0]);
  std::string result;
  bool first = true;
  for (const Value& part : elements(interpreter.heap(), p[0])) {
    if (!part.is(Kind::string)) throw Error("sequence item: expected str instance, {} found", type_name(part));
    if (!first) result += self.string();
    first = false;
    interpreter.heap().touch(part.string().size() + self.string().size());
    result += part.string();
    if (result.size() > interpreter.heap().limits().output) throw Error("join: the text is too long");
  }
  return interpreter.heap().string(std::move(result));
}

std::size_t width_of(Interpreter& interpreter, const Parameters& p) {
  require_defined(p[0]);
  const std::int64_t width = std::max<std::int64_t>(p.integer(0, 0), 0);
  if (static_cast<std::size_t>(width) > interpreter.heap().limits().output)
    throw Error("a width of {} is too large", width);
  interpreter.heap().touch(static_cast<std::size_t>(width));
  return static_cast<std::size_t>(width);
}

enum class Side { left, right, centre };

template <Side side>
Value justify(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("justify", arguments, {"width", "fillchar"});
  const std::size_t width = width_of(interpreter, p);
  const std::string_view fill = p.text(1, " ");
  if (character_count(fill) != 1) throw Error("The fill character must be exactly one character long");
  const std::size_t length = character_count(self.string());
  const std::size_t total = width > length ? width - length : 0;
  // CPython's rounding of an odd rest when centring.
  const std::size_t before = side == Side::left ? 0 : side == Side::right ? total : total / 2 + (total & width & 1);
  std::string result;
  for (std::size_t i = 0; i < before; ++i) result += fill;
  result += self.string();
  for (std::size_t i = before; i < total; ++i) result += fill;
  return interpreter.heap().string(std::move(result));
}

Value zfill(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("zfill", arguments, {"width"});
  const std::size_t width = width_of(interpreter, p);
  std::string result = self.string();
  const std::size_t length = character_count(result);
  const bool sign = !result.empty() && (result[0] == '-' || result[0] == '+');
  if (width > length) result.insert(sign ? 1 : 0, width - length, '0');
  return interpreter.heap().string(std::move(result));
}

template <bool prefix>
Value remove_affix(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("removeprefix", arguments, {"affix"});
  require_defined(p[0]);
  std::string_view text = self.string();
  const std::string_view wanted = p.text(0, "");
  if (wanted.size() <= text.size()) {
    const std::size_t rest = text.size() - wanted.size();
    if (prefix && text.substr(0, wanted.size()) == wanted) text = text.substr(wanted.size());
    if (!prefix && text.substr(rest) == wanted) text = text.substr(0, rest);
  }
  return text_value(interpreter, text);
}

Value format_method(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  return format_braces(interpreter, self.string(), arguments);
}

std::string swap_case(std::string_view text) {
  std::string result;
  for (std::string_view character : characters(text)) {
    const std::string up = upper(character);
    result += up == character ? lower(character) : up;
  }
  return result;
}

using CharacterTest = bool (*)(char32_t);
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
/// Letters without case are taken for letters where whole scripts of them begin.
bool is_alphabetic(char32_t c) { return is_letter(c) || (c >= 0x5D0 && c < 0x2000) || (c >= 0x3041 && c < 0xD800); }
bool is_alphanumeric(char32_t c) { return is_digit(c) || is_alphabetic(c); }

template <CharacterTest test>
Value all_characters(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("str method", arguments, {});
  interpreter.heap().touch(self.string().size());
  const auto letters = characters(self.string());
  return Value::boolean(!letters.empty() && std::all_of(letters.begin(), letters.end(), [](std::string_view character) {
    return test(decode_character(character));
  }));
}

template <TextFunction same, TextFunction other>
Value has_case(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("str method", arguments, {});
  interpreter.heap().work(self.string().size());
  return Value::boolean(same(self.string()) == self.string() && other(self.string()) != self.string());
}

constexpr NamedBuiltin kTextMethods[] = {
    {"strip", strip_method<true, true>},
    {"lstrip", strip_method<true, false>},
    {"rstrip", strip_method<false, true>},
    {"split", split_method<false>},
    {"rsplit", split_method<true>},
    {"splitlines", splitlines},
    {"partition", partition<false>},
    {"rpartition", partition<true>},
    {"startswith", affix<true>},
    {"endswith", affix<false>},
    {"removeprefix", remove_affix<true>},
    {"removesuffix", remove_affix<false>},
    {"replace", replace},
    {"join", join},
    {"upper", convert<upper>},
    {"lower", convert<lower>},
    {"casefold", convert<lower>},
    {"title", convert<title>},
    {"capitalize", convert<capitalize>},
    {"swapcase", convert<swap_case>},
    {"find", find_method_of_text<false, false>},
    {"rfind", find_method_of_text<true, false>},
    {"index", find_method_of_text<false, true>},
    {"rindex", find_method_of_text<true, true>},
    {"count", count_in_text},
    {"format", format_method},
    {"zfill", zfill},
    {"ljust", justify<Side::left>},
    {"rjust", justify<Side::right>},
    {"center", justify<Side::centre>},
    {"isdigit", all_characters<is_digit>},
    {"isdecimal", all_characters<is_digit>},
    {"isnumeric", all_characters<is_digit>},
    {"isalpha", all_characters<is_alphabetic>},
    {"isalnum", all_characters<is_alphanumeric>},
    {"isspace", all_characters<is_space>},
    {"isupper", has_case<upper, lower>},
    {"islower", has_case<lower, upper>},
};

Value append(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("append", arguments, {"object"});
  interpreter.heap().append(self.sequence(), p[0]);
  return Value::none();
}

Value extend(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("extend", arguments, {"iterable"});
  for (const Value& value : elements(interpreter.heap(), p[0])) interpreter.heap().append(self.sequence(), value);
  return Value::none();
}

Value insert(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("insert", arguments, {"index", "object"});
  auto& items = self.sequence().items;
  const auto size = static_cast<std::int64_t>(items.size());
  std::int64_t at = p.integer(0, 0);
  if (at < 0) at += size;
  interpreter.heap().allocate(sizeof(Value));
  interpreter.heap().work(items.size() / 16);
  items.insert(items.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::int64_t>(at, 0, size)), p[1]);
  return Value::none();
}

Value pop(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("pop", arguments, {"index"});
  auto& items = self.sequence().items;
  const auto size = static_cast<std::int64_t>(items.size());
  std::int64_t at = p.integer(0, -1);
  if (at < 0) at += size;
  if (at < 0 || at >= size) throw Error("pop index out of range");
  interpreter.heap().work(items.size() / 16);
  const auto place = items.begin() + static_cast<std::ptrdiff_t>(at);
  Value result = *place;
  items.erase(place);
  return result;
}

Value reverse_in_place(Interpreter& interpreter, const Value& self, const Arguments&) {
  interpreter.heap().work(self.sequence().items.size());
  std::reverse(self.sequence().items.begin(), self.sequence().items.end());
  return Value::none();
}

Value clear_list(Interpreter&, const Value& self, const Arguments&) {
  self.sequence().items.clear();
  return Value::none();
}

Value copy_list(Interpreter& interpreter, const Value& self, const Arguments&) {
  return interpreter.heap().list(self.sequence().items);
}

Value index_in_list(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("index", arguments, {"value"});
  const auto& items = self.sequence().items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (equal(interpreter.heap(), items[i], p[0])) return Value::integer(static_cast<std::int64_t>(i));
  }
  throw Error("{} is not in list", to_repr(interpreter.heap(), p[0]));
}

Value count_in_list(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("count", arguments, {"value"});
  const auto& items = self.sequence().items;
  return Value::integer(std::count_if(items.begin(), items.end(),
                                      [&](const Value& item) { return equal(interpreter.heap(), item, p[0]); }));
}

Value remove_from_list(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const std::int64_t at = index_in_list(interpreter, self, arguments).integral();
  self.sequence().items.erase(self.sequence().items.begin() + static_cast<std::ptrdiff_t>(at));
  return Value::none();
}

/// transformers' sandbox refuses the methods that change a list; templates that need them run here all the same.
constexpr NamedBuiltin kListMethods[] = {{"append", append},
                                         {"extend", extend},
                                         {"insert", insert},
                                         {"pop", pop},
                                         {"clear", clear_list},
                                         {"copy", copy_list},
                                         {"reverse", reverse_in_place},
                                         {"index", index_in_list},
                                         {"count", count_in_list},
                                         {"remove", remove_from_list}};

constexpr NamedBuiltin kTupleMethods[] = {{"index", index_in_list}, {"count", count_in_list}};

template <Flavour flavour>
Value view(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("dict method", arguments, {});
  Heap& heap = interpreter.heap();
  std::vector<Value> items;
  for (const auto& [key, value] : self.dict().entries()) {
    if (flavour == Flavour::items) {
      items.push_back(heap.list({key, value}, Flavour::tuple));
    } else {
      items.push_back(flavour == Flavour::keys ? key : value);
    }
  }
  return heap.list(std::move(items), flavour);
}

Value get(Interpreter&, const Value& self, const Arguments& arguments) {
  const Parameters p("get", arguments, {"key", "default"});
  const Value* found = self.dict().find(p[0]);
  return found ? *found : p.value(1, Value::none());
}

Value pop_key(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("pop", arguments, {"key", "default"});
  if (const Value* found = self.dict().find(p[0])) {
    Value result = *found;
    interpreter.heap().work(self.dict().entries().size());
    self.dict().erase(p[0]);
    return result;
  }
  if (!p.has(1)) throw Error("key {} is missing", to_repr(interpreter.heap(), p[0]));
  return p[1];
}

Value set_default(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("setdefault", arguments, {"key", "default"});
  if (const Value* found = self.dict().find(p[0])) return *found;
  interpreter.heap().set(self.dict(), p[0], p.value(1, Value::none()));
  return p.value(1, Value::none());
}

Value update(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  Heap& heap = interpreter.heap();
  for (const Value& source : arguments.positional) {
    if (!source.is(Kind::dict)) throw Error("update: '{}' is no dict", type_name(source));
    const auto entries = source.dict().entries();  // a copy: it may be this dict itself
    heap.work(entries.size());
    for (const auto& [key, value] : entries) heap.set(self.dict(), key, value);
  }
  for (const auto& [name, value] : arguments.keywords) heap.set(self.dict(), heap.string(name), value);
  return Value::none();
}

Value copy_dict(Interpreter& interpreter, const Value& self, const Arguments&) {
  Dict* dict = interpreter.heap().dict();
  for (const auto& [key, value] : self.dict().entries()) interpreter.heap().set(*dict, key, value);
  return Value::of(dict);
}

Value clear_dict(Interpreter&, const Value& self, const Arguments&) {
  self.dict().clear();
  return Value::none();
}

constexpr NamedBuiltin kDictMethods[] = {{"get", get},
                                         {"items", view<Flavour::items>},
                                         {"keys", view<Flavour::keys>},
                                         {"values", view<Flavour::values>},
                                         {"pop", pop_key},
                                         {"setdefault", set_default},
                                         {"update", update},
                                         {"copy", copy_dict},
                                         {"clear", clear_dict}};

Value is_whole(Interpreter&, const Value& self, const Arguments&) {
  return Value::boolean(self.real() == std::floor(self.real()) && std::isfinite(self.real()));
}

constexpr NamedBuiltin kRealMethods[] = {{"is_integer", is_whole}};

}  // namespace

Builtin find_method(const Value& object, std::string_view name) {
  switch (object.kind()) {
    case Kind::string:
      return find_in(kTextMethods, name);
    case Kind::dict:
      return find_in(kDictMethods, name);
    case Kind::real:
      return find_in(kRealMethods, name);
    case Kind::sequence:
      if (object.sequence().flavour == Flavour::list) return find_in(kListMethods, name);
      if (object.sequence().flavour <= Flavour::range) return find_in(kTupleMethods, name);
      return nullptr;
    default:
      return nullptr;
  }
}

}  // namespace wick::jinja
