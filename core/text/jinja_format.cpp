// The two ways in which Python formats text: "%s" % values and "{}".format(values).
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

/// A format specification of either kind: [[fill]align][sign][#][0][width][,][.precision][type].
struct Spec {
  std::string fill = " ";
  char align = 0;  // < > ^ =
  char sign = '-';
  bool alternate = false;
  bool thousands = false;
  std::size_t width = 0;
  int precision = -1;
  char type = 0;
};

constexpr std::size_t kWidest = 10000;

std::size_t parse_count(std::string_view text, std::size_t& at) {
  std::size_t value = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    value = value * 10 + static_cast<std::size_t>(text[at] - '0');
    if (value > kWidest) throw Error("a width or precision in a format is over {}", kWidest);
  }
  return value;
}

std::string pad(const Spec& spec, std::string_view prefix, std::string_view body, char default_align) {
  const std::size_t length = character_count(prefix) + character_count(body);
  const std::size_t total = spec.width > length ? spec.width - length : 0;
  const char align = spec.align ? spec.align : default_align;
  const std::size_t before = align == '<' ? 0 : align == '^' ? total / 2 : total;
  std::string left;
  std::string right;
  for (std::size_t i = 0; i < before; ++i) left += spec.fill;
  for (std::size_t i = before; i < total; ++i) right += spec.fill;
  std::string result;
  result += align == '=' ? prefix : left;
  result += align == '=' ? std::string_view(left) : prefix;
  result += body;
  return result += right;
}

std::string group_thousands(const std::string& digits) {
  const std::size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
  std::string result;
  for (std::size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0) result += ',';
    result += digits[i];
  }
  return result + digits.substr(whole);
}

std::string format_integer(const Spec& spec, std::int64_t value) {
  const std::uint64_t size = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string prefix = value < 0 ? "-" : spec.sign == '-' ? "" : std::string(1, spec.sign);
  std::string digits;
  switch (spec.type) {
    case 'x':
      digits = fmt::format("{:x}", size);
      break;
    case 'X':
      digits = fmt::format("{:X}", size);
      break;
    case 'o':
      digits = fmt::format("{:o}", size);
      break;
    case 'b':
      digits = fmt::format("{:b}", size);
      break;
    default:
      digits = fmt::format("{}", size);
  }
  if (spec.alternate && spec.type != 'd' && spec.type != 0) prefix.append(1, '0').append(1, spec.type);
  return pad(spec, prefix, spec.thousands ? group_thousands(digits) : digits, '>');
}

std::string format_number(const Spec& spec, double value) {
  const std::string prefix = std::signbit(value) ? "-" : spec.sign == '-' ? "" : std::string(1, spec.sign);
  const double size = std::abs(value);
  const int precision = spec.precision < 0 ? 6 : std::min(spec.precision, 1000);
  std::string digits;
  if (!std::isfinite(size)) {
    digits = std::isnan(size) ? "nan" : "inf";
  } else {
    switch (spec.type) {
      case 'f':
      case 'F':
        digits = fmt::format("{:.{}f}", size, precision);
        break;
      case 'e':
        digits = fmt::format("{:.{}e}", size, precision);
        break;
      case 'E':
        digits = fmt::format("{:.{}E}", size, precision);
        break;
      case 'g':
      case 'G':
        digits = fmt::format("{:.{}g}", size, precision);
        break;
      case '%':
        digits = fmt::format("{:.{}f}%", size * 100, precision);
        break;
      default:
        digits = spec.precision < 0 ? format_real(size) : fmt::format("{:.{}g}", size, spec.precision);
    }
  }
  return pad(spec, prefix, spec.thousands ? group_thousands(digits) : digits, '>');
}

std::string format_text(const Spec& spec, std::string_view text) {
  if (spec.precision >= 0) text = text.substr(0, byte_of(text, static_cast<std::size_t>(spec.precision)));
  return pad(spec, {}, text, '<');
}

bool is_integer_type(char type) { return std::string_view("dxXobn").find(type) != std::string_view::npos; }
bool is_real_type(char type) { return std::string_view("fFeEgG%").find(type) != std::string_view::npos; }

class PercentFormat {
 public:
  PercentFormat(Heap& heap, std::string_view text, const Value& values) : heap_(heap), text_(text), values_(values) {
    if (values.is(Kind::sequence) && values.sequence().flavour == Flavour::tuple) {
      given_ = values.sequence().items;
    } else {
      given_.push_back(values);
    }
  }

  std::string run() {
    std::string result;
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t next = std::min(text_.find('%', at), text_.size());
      result += text_.substr(at, next - at);
      at = next;
      if (at < text_.size()) result += conversion(++at);
      if (result.size() > heap_.limits().output) throw Error("the formatted text is too long");
    }
    const bool spare = !by_name_ && next_ < given_.size() && !values_.is(Kind::dict) &&
                       !(values_.is(Kind::sequence) && values_.sequence().flavour == Flavour::list && next_ == 0);
    if (spare) throw Error("not all arguments converted during string formatting");
    return result;
  }

 private:
  const Value& take() {
    if (next_ >= given_.size()) throw Error("not enough arguments for format string");
    return given_[next_++];
  }

  std::size_t count(std::size_t& at) {
    if (at < text_.size() && text_[at] == '*') {
      ++at;
      const Value& value = take();
      if (!value.is_integral() || value.integral() < 0 || value.integral() > static_cast<std::int64_t>(kWidest)) {
        throw Error("* wants int");
      }
      return static_cast<std::size_t>(value.integral());
    }
    return parse_count(text_, at);
  }

  std::string conversion(std::size_t& at) {
    Spec spec;
    Value named;
    if (at < text_.size() && text_[at] == '(') {
      const std::size_t close = text_.find(')', at);
      if (close == text_.npos) throw Error("incomplete format key");
      if (!values_.is(Kind::dict)) throw Error("format requires a mapping");
      const std::string_view key = text_.substr(at + 1, close - at - 1);
      const Value* found = values_.dict().find(key);
      if (!found) throw Error("key '{}' is missing", key);
      named = *found;
      by_name_ = true;
      at = close + 1;
    }
    for (; at < text_.size() && std::string_view("-+ 0#").find(text_[at]) != text_.npos; ++at) {
      const char flag = text_[at];
      if (flag == '-') spec.align = '<';
      if (flag == '0' && spec.align == 0) spec.align = '=';
      if (flag == '0') spec.fill = "0";
      if (flag == '#') spec.alternate = true;
      if (flag == '+' || (flag == ' ' && spec.sign != '+')) spec.sign = flag;
    }
    if (spec.align == '<') spec.fill = " ";
    spec.width = count(at);
    if (at < text_.size() && text_[at] == '.') spec.precision = static_cast<int>(count(++at));
    if (at >= text_.size()) throw Error("incomplete format");
    spec.type = text_[at++];
    if (spec.type == '%') return "%";
    return convert(spec, by_name_ ? named : take());
  }

  std::string convert(Spec spec, const Value& value) {
    if (spec.type == 's' || spec.type == 'r' || spec.type == 'a') {
      spec.fill = " ";
      const bool right = spec.align != '<';
      spec.align = right ? '>' : '<';
      return format_text(spec, spec.type == 's' ? to_string(heap_, value) : to_repr(heap_, value));
    }
    require_defined(value);
    if (spec.type == 'i' || spec.type == 'u') spec.type = 'd';
    if (!value.is_number()) throw Error("%{} format: a number is required, not {}", spec.type, type_name(value));
    if (is_real_type(spec.type)) return format_number(spec, value.number());
    if (!is_integer_type(spec.type)) throw Error("unsupported format character '{}'", spec.type);
    if (!value.is(Kind::real)) return format_integer(spec, value.integral());
    if (spec.type != 'd' || !(std::abs(value.real()) < 9e18))
      throw Error("%{} format: an integer is required", spec.type);
    return format_integer(spec, static_cast<std::int64_t>(value.real()));
  }

  Heap& heap_;
  std::string_view text_;
  const Value& values_;
  std::vector<Value> given_;
  std::size_t next_ = 0;
  bool by_name_ = false;
};

class BraceFormat {
 public:
  BraceFormat(Interpreter& interpreter, const Arguments& arguments)
      : interpreter_(interpreter), heap_(interpreter.heap()), arguments_(arguments) {}

  std::string run(std::string_view text, int depth = 0) {
    if (depth > 2) throw Error("Max string recursion exceeded");
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
      const char c = text[at++];
      const bool doubled = at < text.size() && text[at] == c;
      if (c != '{' && c != '}') {
        result += c;
      } else if (doubled) {
        result += c;
        ++at;
      } else if (c == '}') {
        throw Error("Single '}}' encountered in format string");
      } else {
        result += field(text, at, depth);
      }
      if (result.size() > heap_.limits().output) throw Error("the formatted text is too long");
    }
    return result;
  }

 private:
  std::string field(std::string_view text, std::size_t& at, int depth) {
    const std::size_t begin = at;
    for (int open = 1; open > 0; ++at) {
      if (at >= text.size()) throw Error("expected '}}' before end of string");
      if (text[at] == '{') ++open;
      if (text[at] == '}') --open;
    }
    const std::string_view whole = text.substr(begin, at - 1 - begin);
    const std::size_t name_end = std::min(whole.find_first_of("!:"), whole.size());
    Value value = lookup(whole.substr(0, name_end));
    std::size_t rest = name_end;
    if (rest < whole.size() && whole[rest] == '!') {
      const char conversion = rest + 1 < whole.size() ? whole[rest + 1] : '\0';
      if (conversion != 'r' && conversion != 's') throw Error("unknown conversion in a format string");
      value = heap_.string(conversion == 'r' ? to_repr(heap_, value) : to_string(heap_, value));
      rest += 2;
    }
    if (rest < whole.size() && whole[rest] != ':') throw Error("expected ':' after conversion specifier");
    const std::string spec = rest < whole.size() ? run(whole.substr(rest + 1), depth + 1) : std::string();
    return apply(value, spec);
  }

  Value lookup(std::string_view path) {
    const std::size_t first_end = std::min(path.find_first_of(".["), path.size());
    Value value = first_value(path.substr(0, first_end));
    for (std::size_t at = first_end; at < path.size();) {
      const bool subscript = path[at] == '[';
      const std::size_t end = std::min(subscript ? path.find(']', at) : path.find_first_of(".[", at + 1), path.size());
      const std::string_view name = path.substr(at + 1, end - at - 1);
      std::int64_t index = 0;
      if (!subscript) {
        value = attribute(interpreter_, value, name);
      } else if (parse_integer(name, 10, index)) {
        value = item(interpreter_, value, Value::integer(index));
      } else {
        value = item(interpreter_, value, heap_.string(std::string(name)));
      }
      at = end + (subscript ? 1 : 0);
    }
    return value;
  }

  Value first_value(std::string_view name) {
    std::int64_t index = static_cast<std::int64_t>(next_);
    if (name.empty()) {
      ++next_;
    } else if (!parse_integer(name, 10, index)) {
      for (const auto& [keyword, value] : arguments_.keywords) {
        if (keyword == name) return value;
      }
      throw Error("format: no argument named '{}'", name);
    }
    if (index < 0 || static_cast<std::size_t>(index) >= arguments_.positional.size()) {
      throw Error("Replacement index {} out of range for positional args tuple", index);
    }
    return arguments_.positional[static_cast<std::size_t>(index)];
  }

  static Spec parse(std::string_view text) {
    static constexpr std::string_view kAligns = "<>^=";
    Spec spec;
    std::size_t at = 0;
    const std::size_t second = next_character(text, 0);
    if (second < text.size() && kAligns.find(text[second]) != kAligns.npos) {
      spec.fill = text.substr(0, second);
      spec.align = text[second];
      at = second + 1;
    } else if (!text.empty() && kAligns.find(text[0]) != kAligns.npos) {
      spec.align = text[0];
      at = 1;
    }
    const auto accept = [&](std::string_view set) { return at < text.size() && set.find(text[at]) != set.npos; };
    if (accept("+- ")) spec.sign = text[at++];
    if (accept("#")) spec.alternate = ++at > 0;
    if (accept("0")) {
      ++at;
      if (!spec.align) {
        spec.align = '=';
        spec.fill = "0";
      }
    }
    spec.width = parse_count(text, at);
    if (accept(",")) spec.thousands = ++at > 0;
    if (accept(".")) spec.precision = static_cast<int>(parse_count(text, ++at));
    if (at < text.size()) spec.type = text[at++];
    if (at < text.size()) throw Error("Invalid format specifier '{}'", text);
    return spec;
  }

  std::string apply(const Value& value, const std::string& text) {
    if (text.empty()) return to_string(heap_, value);
    Spec spec = parse(text);
    if (value.is(Kind::string)) {
      if (spec.type != 0 && spec.type != 's')
        throw Error("Unknown format code '{}' for object of type 'str'", spec.type);
      if (spec.align == '=') spec.align = '<';
      return format_text(spec, value.string());
    }
    if (value.is_number() && is_real_type(spec.type)) return format_number(spec, value.number());
    if (value.is_integral() && (spec.type == 0 || is_integer_type(spec.type))) {
      return format_integer(spec, value.integral());
    }
    if (value.is(Kind::real) && spec.type == 0) return format_number(spec, value.real());
    throw Error("unsupported format string '{}' for '{}'", text, type_name(value));
  }

  Interpreter& interpreter_;
  Heap& heap_;
  const Arguments& arguments_;
  std::size_t next_ = 0;
};

}  // namespace

std::string replace_text(Heap& heap, std::string_view text, std::string_view from, std::string_view to,
                         std::int64_t limit) {
  heap.touch(text.size());
  std::string result;
  std::int64_t done = 0;
  const auto more = [&] {
    if (result.size() > heap.limits().output) throw Error("replace: the text is too long");
    return limit < 0 || done < limit;
  };
  if (from.empty()) {  // between all characters
    std::size_t at = 0;
    for (; more(); ++done) {
      result += to;
      if (at >= text.size()) return result;
      const std::size_t next = next_character(text, at);
      result += text.substr(at, next - at);
      at = next;
    }
    result += text.substr(at);
    return result;
  }
  std::size_t at = 0;
  for (; more(); ++done) {
    const std::size_t found = find_text(text, from, at);
    if (found == text.npos) break;
    result += text.substr(at, found - at);
    result += to;
    at = found + from.size();
  }
  result += text.substr(at);
  return result;
}

Value format_percent(Heap& heap, std::string_view text, const Value& values) {
  return heap.string(PercentFormat(heap, text, values).run());
}

Value format_braces(Interpreter& interpreter, std::string_view text, const Arguments& arguments) {
  return interpreter.heap().string(BraceFormat(interpreter, arguments).run(text));
}

}  // namespace wick::jinja
