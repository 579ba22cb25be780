// Filters of text and numbers: `value | NAME`.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

using TextFunction = std::string (*)(std::string_view);

template <TextFunction function>
Value convert(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("filter", arguments, {});
  const std::string text = to_string(interpreter.heap(), self);
  interpreter.heap().work(text.size());
  return interpreter.heap().string(function(text));
}

/// jinja2's own title: a new word after whitespace, a hyphen or an opening bracket.
std::string title_words(std::string_view text) {
  std::string result;
  bool starts = true;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t next = next_character(rest, 0);
    const std::string_view character = rest.substr(0, next);
    const bool separates =
        is_space(decode_character(character)) || std::string_view("-({[<").find(character) != rest.npos;
    result += starts ? upper(character) : lower(character);
    starts = separates;
    rest = rest.substr(next);
  }
  return result;
}

std::string escape_html(std::string_view text) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '\'':
        result += "&#39;";
        break;
      case '"':
        result += "&#34;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string unchanged(std::string_view text) { return std::string(text); }

/// All but letters, digits and _.-~/ as %XX.
std::string url_encode(std::string_view text) {
  std::string result;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (byte < 0x80 && std::isalnum(byte)) || std::string_view("_.-~/").find(c) != std::string_view::npos;
    if (plain) {
      result += c;
    } else {
      result += fmt::format("%{:02X}", byte);
    }
  }
  return result;
}

Value trim(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("trim", arguments, {"chars"});
  const std::string text = to_string(interpreter.heap(), self);
  if (!p.has(0) || p[0].is(Kind::none)) return interpreter.heap().string(std::string(strip(text, true, true)));
  interpreter.heap().work(text.size() / 64 * p.text(0, "").size());
  return interpreter.heap().string(std::string(strip(text, true, true, p.text(0, ""))));
}

Value default_value(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("default", arguments, {"default_value", "boolean"});
  if (!self.is(Kind::undefined) && !(p.flag(1, false) && !truth(self))) return self;
  return p.value(0, interpreter.heap().string({}));
}

Value replace(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("replace", arguments, {"old", "new", "count"});
  Heap& heap = interpreter.heap();
  const std::int64_t limit = p.has(2) && p[2].is(Kind::none) ? -1 : p.integer(2, -1);
  return heap.string(replace_text(heap, to_string(heap, self), to_string(heap, p[0]), to_string(heap, p[1]), limit));
}

Value indent(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("indent", arguments, {"width", "first", "blank"});
  require_defined(self);
  if (!self.is(Kind::string)) throw Error("indent: '{}' is no string", type_name(self));
  const bool by_text = p.has(0) && p[0].is(Kind::string);
  const std::int64_t width = by_text ? 0 : std::clamp<std::int64_t>(p.integer(0, 4), 0, 10000);
  const std::string indention = by_text ? p[0].string() : std::string(static_cast<std::size_t>(width), ' ');
  const std::string text = self.string() + "\n";  // so that a last empty line counts
  interpreter.heap().touch(text.size());
  std::string result = p.flag(1, false) ? indention : std::string();
  bool first = true;
  for (std::string_view line : split_lines(text)) {
    if (!first) result += '\n';
    if (!first && (p.flag(2, false) || !line.empty())) result += indention;
    first = false;
    result += line;
    interpreter.heap().touch(indention.size() + line.size());
    if (result.size() > interpreter.heap().limits().output) throw Error("indent: the text is too long");
  }
  return interpreter.heap().string(std::move(result));
}

Value center(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("center", arguments, {"width"});
  Heap& heap = interpreter.heap();
  Arguments width;
  width.positional.push_back(Value::integer(p.integer(0, 80)));
  const Value text = heap.string(to_string(heap, self));
  return find_method(text, "center")(interpreter, text, width);
}

Value truncate(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("truncate", arguments, {"length", "killwords", "end", "leeway"});
  Heap& heap = interpreter.heap();
  const std::string text = to_string(heap, self);
  const std::string_view end = p.text(2, "...");
  const std::int64_t length = p.integer(0, 255);
  const std::int64_t room = length - static_cast<std::int64_t>(character_count(end));
  const std::int64_t leeway = p.has(3) && p[3].is(Kind::none) ? 5 : p.integer(3, 5);
  if (room < 0) throw Error("truncate: expected length >= {}, got {}", character_count(end), length);
  if (static_cast<std::int64_t>(character_count(text)) <= length + leeway) return heap.string(text);
  std::string cut = text.substr(0, byte_of(text, static_cast<std::size_t>(room)));
  if (!p.flag(1, false)) cut = cut.substr(0, cut.rfind(' '));
  return heap.string(cut.append(end));
}

Value word_count(Interpreter& interpreter, const Value& self, const Arguments&) {
  std::int64_t words = 0;
  bool inside = false;
  const std::string text = to_string(interpreter.heap(), self);
  for (std::string_view character : characters(text)) {
    const char32_t code = decode_character(character);
    const bool part = code == '_' || (code >= '0' && code <= '9') || is_letter(code) || code >= 0x3040;
    if (part && !inside) ++words;
    inside = part;
  }
  return Value::integer(words);
}

Value format(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  Heap& heap = interpreter.heap();
  if (!arguments.keywords.empty() && !arguments.positional.empty()) {
    throw Error("can't handle positional and keyword arguments at the same time");
  }
  const std::string text = to_string(heap, self);
  if (arguments.keywords.empty()) return format_percent(heap, text, heap.list(arguments.positional, Flavour::tuple));
  Dict* dict = heap.dict();
  for (const auto& [name, value] : arguments.keywords) heap.set(*dict, heap.string(name), value);
  return format_percent(heap, text, Value::of(dict));
}

bool whole(double value) { return std::abs(value) < 9.2e18; }

Value to_integer(Interpreter&, const Value& self, const Arguments& arguments) {
  const Parameters p("int", arguments, {"default", "base"});
  Value otherwise = p.value(0, Value::integer(0));
  if (self.is_integral()) return Value::integer(self.integral());
  double real = 0;
  if (self.is(Kind::real)) {
    real = self.real();
  } else {
    require_defined(self);
    std::int64_t value = 0;
    if (!self.is(Kind::string)) return otherwise;
    if (parse_integer(self.string(), static_cast<int>(p.integer(1, 10)), value)) return Value::integer(value);
    if (!parse_real(self.string(), real)) return otherwise;
  }
  if (!std::isfinite(real)) return otherwise;
  if (!whole(real)) throw Error("an integer of more than 64 bits");
  return Value::integer(static_cast<std::int64_t>(real));
}

Value to_real(Interpreter&, const Value& self, const Arguments& arguments) {
  const Parameters p("float", arguments, {"default"});
  double value = 0;
  if (self.is_number()) return Value::real(self.number());
  require_defined(self);
  if (self.is(Kind::string) && parse_real(self.string(), value)) return Value::real(value);
  return p.value(0, Value::real(0.0));
}

Value absolute(Interpreter&, const Value& self, const Arguments& arguments) {
  const Parameters p("abs", arguments, {});
  require_defined(self);
  if (self.is(Kind::real)) return Value::real(std::abs(self.real()));
  if (!self.is_integral()) throw Error("bad operand type for abs(): '{}'", type_name(self));
  return self.integral() < 0 ? negate(self) : Value::integer(self.integral());
}

/// Python's round: to the nearest decimal of `precision` places, a tie of the exact value to the even one.
double round_to(double value, std::int64_t precision) {
  if (!std::isfinite(value) || precision > 300) return value;
  if (precision >= 0) return std::strtod(fmt::format("{:.{}f}", value, precision).c_str(), nullptr);
  if (precision < -300) return std::copysign(0.0, value);
  const double unit = std::pow(10.0, static_cast<double>(-precision));
  return std::nearbyint(value / unit) * unit;
}

Value round_number(Interpreter&, const Value& self, const Arguments& arguments) {
  const Parameters p("round", arguments, {"precision", "method"});
  const std::int64_t precision = p.integer(0, 0);
  const std::string_view method = p.text(1, "common");
  require_defined(self);
  if (!self.is_number()) throw Error("round: '{}' is no number", type_name(self));
  if (method == "common") {
    if (!self.is_integral()) return Value::real(round_to(self.real(), precision));
    if (precision >= 0) return Value::integer(self.integral());
    return Value::integer(static_cast<std::int64_t>(round_to(self.number(), precision)));
  }
  if (method != "ceil" && method != "floor") throw Error("method must be common, ceil or floor");
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const double scaled = self.number() * scale;
  if (!whole(scaled)) throw Error("cannot round {}", self.number());
  return Value::real((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale);
}

Value attribute_of(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("attr", arguments, {"name"});
  if (const Builtin method = find_method(self, p.text(0, "")); method || self.is(Kind::space) || self.is(Kind::host)) {
    return attribute(interpreter, self, p.text(0, ""));
  }
  require_defined(self);
  return interpreter.heap().undefined(fmt::format("'{} object' has no attribute '{}'", type_name(self), p.text(0, "")));
}

constexpr NamedBuiltin kFilters[] = {
    {"trim", trim},
    {"upper", convert<upper>},
    {"lower", convert<lower>},
    {"capitalize", convert<capitalize>},
    {"title", convert<title_words>},
    {"string", convert<unchanged>},
    {"safe", convert<unchanged>},
    {"escape", convert<escape_html>},
    {"e", convert<escape_html>},
    {"forceescape", convert<escape_html>},
    {"urlencode", convert<url_encode>},
    {"default", default_value},
    {"d", default_value},
    {"replace", replace},
    {"indent", indent},
    {"center", center},
    {"truncate", truncate},
    {"wordcount", word_count},
    {"format", format},
    {"int", to_integer},
    {"float", to_real},
    {"abs", absolute},
    {"round", round_number},
    {"attr", attribute_of},
    {"tojson", to_json},
};

}  // namespace

Builtin find_filter(std::string_view name) {
  const Builtin filter = find_in(kFilters, name);
  return filter ? filter : find_sequence_filter(name);
}

}  // namespace wick::jinja
