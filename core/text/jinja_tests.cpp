// Tests: `value is NAME`.
#include "core/error.h"
#include "core/text/jinja_builtins.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

using Predicate = bool (*)(const Value&);

/// A test without arguments from a predicate of the value alone.
template <Predicate predicate>
Value plain(Interpreter&, const Value& self, const Arguments& arguments) {
  const Parameters p("test", arguments, {});
  return Value::boolean(predicate(self));
}

bool is_defined(const Value& v) { return !v.is(Kind::undefined); }
bool is_undefined(const Value& v) { return v.is(Kind::undefined); }
bool is_none(const Value& v) { return v.is(Kind::none); }
bool is_true(const Value& v) { return v.is(Kind::boolean) && v.boolean(); }
bool is_false(const Value& v) { return v.is(Kind::boolean) && !v.boolean(); }
bool is_boolean(const Value& v) { return v.is(Kind::boolean); }
bool is_integer(const Value& v) { return v.is(Kind::integer); }
bool is_float(const Value& v) { return v.is(Kind::real); }
bool is_number(const Value& v) { return v.is_number(); }
bool is_string(const Value& v) { return v.is(Kind::string); }
bool is_mapping(const Value& v) { return v.is(Kind::dict); }
bool is_callable(const Value& v) { return v.is(Kind::host) && v.host().callable(); }
bool is_iterable(const Value& v) {
  return v.is(Kind::undefined) || v.is(Kind::string) || v.is(Kind::sequence) || v.is(Kind::dict);
}
/// jinja2's definition: what has a length and can be subscripted.
bool is_sequence(const Value& v) {
  return v.is(Kind::undefined) || v.is(Kind::string) || v.is(Kind::dict) ||
         (v.is(Kind::sequence) && v.sequence().indexable());
}
bool is_lower(const Value& v) {
  return v.is(Kind::string) && lower(v.string()) == v.string() && upper(v.string()) != v.string();
}
bool is_upper(const Value& v) {
  return v.is(Kind::string) && upper(v.string()) == v.string() && lower(v.string()) != v.string();
}
bool is_filter(const Value& v) { return v.is(Kind::string) && find_filter(v.string()); }
bool is_test(const Value& v) { return v.is(Kind::string) && find_test(v.string()); }
bool is_escaped(const Value&) { return false; }

bool remainder_is(Interpreter& interpreter, const Value& self, std::int64_t divisor, std::int64_t rest) {
  const Value modulo = compute(interpreter.heap(), Arithmetic::modulo, self, Value::integer(divisor));
  return equal(interpreter.heap(), modulo, Value::integer(rest));
}

Value odd(Interpreter& interpreter, const Value& self, const Arguments&) {
  return Value::boolean(remainder_is(interpreter, self, 2, 1));
}

Value even(Interpreter& interpreter, const Value& self, const Arguments&) {
  return Value::boolean(remainder_is(interpreter, self, 2, 0));
}

Value divisible_by(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("divisibleby", arguments, {"num"});
  return Value::boolean(
      equal(interpreter.heap(), compute(interpreter.heap(), Arithmetic::modulo, self, p[0]), Value::integer(0)));
}

Value same_as(Interpreter&, const Value& self, const Arguments& arguments) {
  const Parameters p("sameas", arguments, {"other"});
  return Value::boolean(self.same(p[0]));
}

Value in(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("in", arguments, {"seq"});
  return Value::boolean(contains(interpreter.heap(), p[0], self));
}

template <bool swap, bool or_equal>
Value ordered(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("comparison", arguments, {"b"});
  Heap& heap = interpreter.heap();
  const bool before = swap ? less(heap, p[0], self) : less(heap, self, p[0]);
  return Value::boolean(before || (or_equal && equal(heap, self, p[0])));
}

template <bool wanted>
Value equality(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  const Parameters p("comparison", arguments, {"b"});
  return Value::boolean(equal(interpreter.heap(), self, p[0]) == wanted);
}

constexpr NamedBuiltin kTests[] = {
    {"defined", plain<is_defined>},
    {"undefined", plain<is_undefined>},
    {"none", plain<is_none>},
    {"true", plain<is_true>},
    {"false", plain<is_false>},
    {"boolean", plain<is_boolean>},
    {"integer", plain<is_integer>},
    {"float", plain<is_float>},
    {"number", plain<is_number>},
    {"string", plain<is_string>},
    {"mapping", plain<is_mapping>},
    {"sequence", plain<is_sequence>},
    {"iterable", plain<is_iterable>},
    {"callable", plain<is_callable>},
    {"lower", plain<is_lower>},
    {"upper", plain<is_upper>},
    {"filter", plain<is_filter>},
    {"test", plain<is_test>},
    {"escaped", plain<is_escaped>},
    {"odd", odd},
    {"even", even},
    {"divisibleby", divisible_by},
    {"sameas", same_as},
    {"in", in},
    {"==", equality<true>},
    {"eq", equality<true>},
    {"equalto", equality<true>},
    {"!=", equality<false>},
    {"ne", equality<false>},
    {">", ordered<true, false>},
    {"gt", ordered<true, false>},
    {"greaterthan", ordered<true, false>},
    {">=", ordered<true, true>},
    {"ge", ordered<true, true>},
    {"<", ordered<false, false>},
    {"lt", ordered<false, false>},
    {"lessthan", ordered<false, false>},
    {"<=", ordered<false, true>},
    {"le", ordered<false, true>},
};

}  // namespace

Builtin find_test(std::string_view name) { return find_in(kTests, name); }

}  // namespace wick::jinja
