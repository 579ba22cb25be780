#include "core/text/jinja_operations.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

void require_nesting(const Heap& heap, int depth) {
  if (depth > heap.limits().nesting) throw Error("values are nested more than {} deep", heap.limits().nesting);
}

std::string_view flavour_name(Flavour flavour) {
  static constexpr std::string_view kNames[] = {"list",      "tuple",       "range",     "generator",
                                                "dict_keys", "dict_values", "dict_items"};
  return kNames[static_cast<std::size_t>(flavour)];
}

std::string range_repr(const std::vector<Value>& items) {
  if (items.empty()) return "range(0, 0)";
  const std::int64_t start = items.front().integral();
  const std::int64_t step = items.size() > 1 ? items[1].integral() - start : 1;
  const std::int64_t stop = items.back().integral() + step;
  return step == 1 ? fmt::format("range({}, {})", start, stop) : fmt::format("range({}, {}, {})", start, stop, step);
}

void append_repr(Heap& heap, const Value& value, std::string& out, int depth);

void append_items(Heap& heap, const std::vector<Value>& items, std::string& out, int depth) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    append_repr(heap, items[i], out, depth + 1);
  }
}

void append_sequence(Heap& heap, const Sequence& sequence, std::string& out, int depth) {
  switch (sequence.flavour) {
    case Flavour::range:
      out += range_repr(sequence.items);
      return;
    case Flavour::generator:
      out += "<generator object>";
      return;
    case Flavour::tuple:
      out += '(';
      append_items(heap, sequence.items, out, depth);
      out += sequence.items.size() == 1 ? ",)" : ")";
      return;
    default: {
      const bool view = sequence.flavour != Flavour::list;
      if (view) out += fmt::format("{}(", flavour_name(sequence.flavour));
      out += '[';
      append_items(heap, sequence.items, out, depth);
      out += view ? "])" : "]";
    }
  }
}

void append_repr(Heap& heap, const Value& value, std::string& out, int depth) {
  require_nesting(heap, depth);
  heap.work(1);
  const std::size_t before = out.size();
  switch (value.kind()) {
    case Kind::undefined:
      out += "Undefined";
      break;
    case Kind::none:
      out += "None";
      break;
    case Kind::boolean:
      out += value.boolean() ? "True" : "False";
      break;
    case Kind::integer:
      out += std::to_string(value.integral());
      break;
    case Kind::real:
      out += format_real(value.real());
      break;
    case Kind::string:
      out += quote(value.string());
      break;
    case Kind::sequence:
      append_sequence(heap, value.sequence(), out, depth);
      return;
    case Kind::dict:
    case Kind::space: {
      if (value.is(Kind::space)) out += "<Namespace ";
      out += '{';
      bool first = true;
      for (const auto& [key, entry] : value.dict().entries()) {
        if (!first) out += ", ";
        first = false;
        append_repr(heap, key, out, depth + 1);
        out += ": ";
        append_repr(heap, entry, out, depth + 1);
      }
      out += value.is(Kind::space) ? "}>" : "}";
      return;
    }
    case Kind::host:
      out += fmt::format("<{}>", value.host().type());
      break;
  }
  heap.touch(out.size() - before);
  if (out.size() > heap.limits().memory / 4) throw Error("a value is too long to print");
}

bool equal_at(Heap& heap, const Value& a, const Value& b, int depth);

bool equal_items(Heap& heap, const std::vector<Value>& a, const std::vector<Value>& b, int depth) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal_at(heap, a[i], b[i], depth + 1)) return false;
  }
  return true;
}

bool equal_dicts(Heap& heap, const Dict& a, const Dict& b, int depth) {
  if (a.entries().size() != b.entries().size()) return false;
  for (const auto& [key, value] : a.entries()) {
    const Value* other = b.find(key);
    if (!other || !equal_at(heap, value, *other, depth + 1)) return false;
  }
  return true;
}

bool equal_at(Heap& heap, const Value& a, const Value& b, int depth) {
  require_nesting(heap, depth);
  heap.work(1);
  if (a.is_number() && b.is_number()) {
    return a.is_integral() && b.is_integral() ? a.integral() == b.integral() : a.number() == b.number();
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::undefined:
    case Kind::none:
      return true;
    case Kind::string:
      heap.touch(a.string().size());
      return a.string() == b.string();
    case Kind::sequence:
      if (a.same(b)) return true;
      return a.sequence().flavour == b.sequence().flavour && a.sequence().flavour != Flavour::generator &&
             equal_items(heap, a.sequence().items, b.sequence().items, depth);
    case Kind::dict:
      return a.same(b) || equal_dicts(heap, a.dict(), b.dict(), depth);
    default:
      return a.same(b);
  }
}

bool less_at(Heap& heap, const Value& a, const Value& b, int depth) {
  require_nesting(heap, depth);
  heap.work(1);
  require_defined(a);
  require_defined(b);
  if (a.is_number() && b.is_number()) {
    return a.is_integral() && b.is_integral() ? a.integral() < b.integral() : a.number() < b.number();
  }
  if (a.is(Kind::string) && b.is(Kind::string)) {
    heap.touch(a.string().size());
    return a.string() < b.string();  // bytes of UTF-8 are in the order of the characters
  }
  if (a.is(Kind::sequence) && b.is(Kind::sequence) && a.sequence().flavour == b.sequence().flavour &&
      a.sequence().flavour <= Flavour::tuple) {
    const auto& x = a.sequence().items;
    const auto& y = b.sequence().items;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
      if (!equal_at(heap, x[i], y[i], depth + 1)) return less_at(heap, x[i], y[i], depth + 1);
    }
    return x.size() < y.size();
  }
  throw Error("'<' not supported between instances of '{}' and '{}'", type_name(a), type_name(b));
}

std::int64_t checked(bool overflow, const std::int64_t& value) {  // by reference: read after the operation
  if (overflow) throw Error("an integer of more than 64 bits");
  return value;
}

std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
  if (b == -1) {
    std::int64_t result = 0;
    return checked(__builtin_sub_overflow(std::int64_t{0}, a, &result), result);
  }
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

std::int64_t integer_power(std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  while (true) {
    if (exponent & 1) checked(__builtin_mul_overflow(result, base, &result), result);
    exponent >>= 1;
    if (exponent == 0) return result;
    checked(__builtin_mul_overflow(base, base, &base), base);
  }
}

double real_modulo(double a, double b) {
  const double rest = std::fmod(a, b);
  if (rest == 0.0) return std::copysign(0.0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

Value compute_integers(Arithmetic operation, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (operation) {
    case Arithmetic::add:
      return Value::integer(checked(__builtin_add_overflow(a, b, &result), result));
    case Arithmetic::subtract:
      return Value::integer(checked(__builtin_sub_overflow(a, b, &result), result));
    case Arithmetic::multiply:
      return Value::integer(checked(__builtin_mul_overflow(a, b, &result), result));
    case Arithmetic::power:
      if (b >= 0) {
        if (a == 0 || a == 1) return Value::integer(b == 0 ? 1 : a);
        if (a == -1) return Value::integer(b % 2 == 0 ? 1 : -1);
        return Value::integer(integer_power(a, b));
      }
      if (a == 0) throw Error("0.0 cannot be raised to a negative power");
      return Value::real(std::pow(static_cast<double>(a), static_cast<double>(b)));
    default:
      break;
  }
  if (b == 0) throw Error("division by zero");
  if (operation == Arithmetic::divide) return Value::real(static_cast<double>(a) / static_cast<double>(b));
  const std::int64_t quotient = floor_quotient(a, b);
  return Value::integer(operation == Arithmetic::floor_divide ? quotient : a - quotient * b);
}

Value compute_reals(Arithmetic operation, double a, double b) {
  switch (operation) {
    case Arithmetic::add:
      return Value::real(a + b);
    case Arithmetic::subtract:
      return Value::real(a - b);
    case Arithmetic::multiply:
      return Value::real(a * b);
    case Arithmetic::power:
      return Value::real(std::pow(a, b));
    default:
      break;
  }
  if (b == 0) throw Error("division by zero");
  if (operation == Arithmetic::divide) return Value::real(a / b);
  const double rest = real_modulo(a, b);
  if (operation == Arithmetic::modulo) return Value::real(rest);
  return Value::real(std::floor((a - rest) / b + 0.5));
}

Value repeat(Heap& heap, const Value& what, std::int64_t times) {
  const std::size_t size = what.is(Kind::string) ? what.string().size() : what.sequence().items.size();
  const auto count = times > 0 ? static_cast<std::size_t>(times) : 0;
  if (size > 0 && count > heap.limits().memory / size) throw Error("a repetition of {} is too long", times);
  if (what.is(Kind::string)) {
    heap.touch(size * count);
    std::string result;
    result.reserve(size * count);
    for (std::size_t i = 0; size > 0 && i < count; ++i) result += what.string();
    return heap.string(std::move(result));
  }
  heap.work(size * count);
  std::vector<Value> items;
  for (std::size_t i = 0; size > 0 && i < count; ++i) {
    items.insert(items.end(), what.sequence().items.begin(), what.sequence().items.end());
  }
  return heap.list(std::move(items), what.sequence().flavour);
}

bool repeats(const Value& value) {
  return value.is(Kind::string) || (value.is(Kind::sequence) && value.sequence().flavour <= Flavour::tuple);
}

}  // namespace

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      return "Undefined";
    case Kind::none:
      return "NoneType";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::real:
      return "float";
    case Kind::string:
      return "str";
    case Kind::sequence:
      return flavour_name(value.sequence().flavour);
    case Kind::dict:
      return "dict";
    case Kind::space:
      return "Namespace";
    case Kind::host:
      return value.host().type();
  }
  return "object";
}

void require_defined(const Value& value) {
  if (value.is(Kind::undefined)) throw Error("{}", value.why());
}

bool truth(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
    case Kind::none:
      return false;
    case Kind::boolean:
      return value.boolean();
    case Kind::integer:
      return value.integral() != 0;
    case Kind::real:
      return value.real() != 0;
    case Kind::string:
      return !value.string().empty();
    case Kind::sequence:
      return value.sequence().flavour == Flavour::generator || !value.sequence().items.empty();
    case Kind::dict:
      return !value.dict().entries().empty();
    case Kind::space:
    case Kind::host:
      return true;
  }
  return false;
}

std::string to_string(Heap& heap, const Value& value) {
  if (value.is(Kind::undefined)) return {};
  if (value.is(Kind::string)) {
    heap.touch(value.string().size());
    return value.string();
  }
  return to_repr(heap, value);
}

std::string to_repr(Heap& heap, const Value& value) {
  std::string out;
  append_repr(heap, value, out, 0);
  return out;
}

bool equal(Heap& heap, const Value& a, const Value& b) { return equal_at(heap, a, b, 0); }
bool less(Heap& heap, const Value& a, const Value& b) { return less_at(heap, a, b, 0); }

bool contains(Heap& heap, const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::string:
      if (!item.is(Kind::string)) {
        throw Error("'in <string>' requires string as left operand, not {}", type_name(item));
      }
      heap.touch(container.string().size() + item.string().size());
      return find_text(container.string(), item.string()) != std::string::npos;
    case Kind::dict:
      return container.dict().find(item) != nullptr;
    case Kind::sequence: {
      const auto& items = container.sequence().items;
      return std::any_of(items.begin(), items.end(), [&](const Value& other) { return equal(heap, item, other); });
    }
    case Kind::undefined:
      return false;
    default:
      throw Error("argument of type '{}' is not iterable", type_name(container));
  }
}

Value negate(const Value& value) {
  require_defined(value);
  if (value.is(Kind::real)) return Value::real(-value.real());
  if (value.is_integral()) return compute_integers(Arithmetic::subtract, 0, value.integral());
  throw Error("bad operand type for unary -: '{}'", type_name(value));
}

Value compute(Heap& heap, Arithmetic operation, const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    if (a.is_integral() && b.is_integral()) return compute_integers(operation, a.integral(), b.integral());
    return compute_reals(operation, a.number(), b.number());
  }
  if (operation == Arithmetic::modulo && a.is(Kind::string)) return format_percent(heap, a.string(), b);
  require_defined(a);
  require_defined(b);
  if (operation == Arithmetic::add) {
    if (a.is(Kind::string) && b.is(Kind::string)) {
      heap.touch(a.string().size() + b.string().size());
      return heap.string(a.string() + b.string());
    }
    if (repeats(a) && repeats(b) && !a.is(Kind::string) && !b.is(Kind::string) &&
        a.sequence().flavour == b.sequence().flavour) {
      heap.work(a.sequence().items.size() + b.sequence().items.size());
      std::vector<Value> items = a.sequence().items;
      items.insert(items.end(), b.sequence().items.begin(), b.sequence().items.end());
      return heap.list(std::move(items), a.sequence().flavour);
    }
  }
  if (operation == Arithmetic::multiply) {
    if (repeats(a) && b.is_integral()) return repeat(heap, a, b.integral());
    if (repeats(b) && a.is_integral()) return repeat(heap, b, a.integral());
  }
  static constexpr std::string_view kSymbols[] = {"+", "-", "*", "/", "//", "%", "** or pow()"};
  throw Error("unsupported operand type(s) for {}: '{}' and '{}'", kSymbols[static_cast<std::size_t>(operation)],
              type_name(a), type_name(b));
}

std::size_t length(Heap& heap, const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      return 0;
    case Kind::string:
      heap.touch(value.string().size());
      return character_count(value.string());
    case Kind::dict:
      return value.dict().entries().size();
    case Kind::sequence:
      if (value.sequence().flavour != Flavour::generator) return value.sequence().items.size();
      break;
    default:
      break;
  }
  throw Error("object of type '{}' has no len()", type_name(value));
}

std::vector<Value> elements(Heap& heap, const Value& value) {
  std::vector<Value> result;
  switch (value.kind()) {
    case Kind::undefined:
      return result;
    case Kind::sequence:
      heap.work(value.sequence().items.size());
      if (value.sequence().flavour == Flavour::generator) return std::exchange(value.sequence().items, {});
      return value.sequence().items;
    case Kind::dict:
      heap.work(value.dict().entries().size());
      for (const auto& entry : value.dict().entries()) result.push_back(entry.first);
      return result;
    case Kind::string:
      for (std::string_view character : characters(value.string()))
        result.push_back(heap.string(std::string(character)));
      return result;
    default:
      throw Error("'{}' object is not iterable", type_name(value));
  }
}

}  // namespace wick::jinja
