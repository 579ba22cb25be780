// Global functions, and what all builtins share.
#include <ctime>

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_loop.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

Value make_range(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  const Parameters p("range", arguments, {"start", "stop", "step"});
  const std::int64_t start = p.has(1) ? p.integer(0, 0) : 0;
  const std::int64_t stop = p.has(1) ? p.integer(1, 0) : p.integer(0, 0);
  if (!p.has(0)) throw Error("range expected at least 1 argument, got 0");
  const std::int64_t step = p.integer(2, 1);
  if (step == 0) throw Error("range() arg 3 must not be zero");
  constexpr std::size_t kLongest = 100000;  // of jinja2's sandbox
  std::vector<Value> items;
  for (std::int64_t i = start; step > 0 ? i < stop : i > stop;) {
    if (items.size() == kLongest) throw Error("range too big, the sandbox blocks ranges larger than {}", kLongest);
    items.push_back(Value::integer(i));
    if (__builtin_add_overflow(i, step, &i)) break;
  }
  return interpreter.heap().list(std::move(items), Flavour::range);
}

void fill(Interpreter& interpreter, Dict& dict, std::string_view function, const Arguments& arguments) {
  Heap& heap = interpreter.heap();
  if (arguments.positional.size() > 1) throw Error("{} expected at most 1 argument", function);
  for (const Value& source : arguments.positional) {
    if (source.is(Kind::dict)) {
      for (const auto& [key, value] : source.dict().entries()) heap.set(dict, key, value);
      continue;
    }
    for (const Value& entry : elements(heap, source)) {
      const std::vector<Value> pair = elements(heap, entry);
      if (pair.size() != 2) throw Error("{}: an entry has {} parts, expected 2", function, pair.size());
      heap.set(dict, pair[0], pair[1]);
    }
  }
  for (const auto& [name, value] : arguments.keywords) heap.set(dict, heap.string(name), value);
}

Value make_dict(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  Dict* dict = interpreter.heap().dict();
  fill(interpreter, *dict, "dict", arguments);
  return Value::of(dict);
}

Value make_namespace(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  Dict* dict = interpreter.heap().dict();
  fill(interpreter, *dict, "namespace", arguments);
  return Value::of(dict, true);
}

Value raise_exception(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  const Parameters p("raise_exception", arguments, {"message"});
  throw Error("{}", to_string(interpreter.heap(), p[0]));
}

Value strftime_now(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  const Parameters p("strftime_now", arguments, {"format"});
  const std::string format(p.text(0, ""));
  if (format.empty()) return interpreter.heap().string({});
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::string result(format.size() * 16 + 256, '\0');
  result.resize(std::strftime(result.data(), result.size(), format.c_str(), &local));
  return interpreter.heap().string(std::move(result));
}

struct Joiner : Host {
  explicit Joiner(std::string text) : separator(std::move(text)) {}
  std::string separator;
  bool used = false;
  std::string_view type() const override { return "Joiner"; }
  bool callable() const override { return true; }
  Value call(Interpreter& interpreter, Arguments&) override {
    return interpreter.heap().string(std::exchange(used, true) ? separator : std::string());
  }
};

Value make_joiner(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  const Parameters p("joiner", arguments, {"sep"});
  return Value::of(interpreter.heap().make<Joiner>(std::string(p.text(0, ", "))));
}

struct Cycler : Host {
  explicit Cycler(std::vector<Value> values) : items(std::move(values)) {}
  std::vector<Value> items;
  std::size_t at = 0;
  std::string_view type() const override { return "Cycler"; }
  bool attribute(Interpreter& interpreter, std::string_view name, Value& result) override;
};

Value cycler_next(Interpreter&, const Value& self, const Arguments&) {
  auto& cycler = static_cast<Cycler&>(self.host());
  return cycler.items[cycler.at++ % cycler.items.size()];
}

Value cycler_reset(Interpreter&, const Value& self, const Arguments&) {
  static_cast<Cycler&>(self.host()).at = 0;
  return Value::none();
}

bool Cycler::attribute(Interpreter& interpreter, std::string_view name, Value& result) {
  if (name == "current") return result = items[at % items.size()], true;
  if (name != "next" && name != "reset") return false;
  result =
      Value::of(interpreter.heap().make<BoundMethod>(Value::of(this), name == "next" ? cycler_next : cycler_reset));
  return true;
}

Value make_cycler(Interpreter& interpreter, const Value&, const Arguments& arguments) {
  if (arguments.positional.empty()) throw Error("at least one item has to be provided");
  interpreter.heap().allocate(arguments.positional.size() * sizeof(Value));
  return Value::of(interpreter.heap().make<Cycler>(arguments.positional));
}

constexpr NamedBuiltin kGlobals[] = {{"range", make_range},          {"dict", make_dict},
                                     {"namespace", make_namespace},  {"raise_exception", raise_exception},
                                     {"strftime_now", strftime_now}, {"joiner", make_joiner},
                                     {"cycler", make_cycler}};

}  // namespace

Value find_global(Interpreter& interpreter, std::string_view name) {
  const Builtin function = find_in(kGlobals, name);
  return function ? Value::of(interpreter.heap().make<BoundMethod>(Value::none(), function)) : Value();
}

Parameters::Parameters(std::string_view function, const Arguments& arguments,
                       std::initializer_list<std::string_view> names)
    : function_(function), names_{} {
  std::copy(names.begin(), names.end(), names_.begin());
  if (arguments.positional.size() > names.size()) {
    throw Error("{}() takes at most {} argument(s), {} given", function, names.size(), arguments.positional.size());
  }
  for (std::size_t i = 0; i < arguments.positional.size(); ++i) values_[i] = &arguments.positional[i];
  for (const auto& [name, value] : arguments.keywords) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) throw Error("{}() got an unexpected keyword argument '{}'", function, name);
    const auto i = static_cast<std::size_t>(found - names.begin());
    if (values_[i]) throw Error("{}() got multiple values for argument '{}'", function, name);
    values_[i] = &value;
  }
}

const Value& Parameters::operator[](std::size_t i) const {
  if (!values_[i]) throw Error("{}() missing required argument '{}'", function_, names_[i]);
  return *values_[i];
}

std::int64_t Parameters::integer(std::size_t i, std::int64_t otherwise) const {
  if (!has(i)) return otherwise;
  require_defined(*values_[i]);
  if (!values_[i]->is_integral()) {
    throw Error("{}(): '{}' is '{}', expected an integer", function_, names_[i], type_name(*values_[i]));
  }
  return values_[i]->integral();
}

std::string_view Parameters::text(std::size_t i, std::string_view otherwise) const {
  if (!has(i)) return otherwise;
  require_defined(*values_[i]);
  if (!values_[i]->is(Kind::string)) {
    throw Error("{}(): '{}' is '{}', expected a string", function_, names_[i], type_name(*values_[i]));
  }
  return values_[i]->string();
}

bool Parameters::flag(std::size_t i, bool otherwise) const { return has(i) ? truth(*values_[i]) : otherwise; }

Value lookup_path(Interpreter& interpreter, const Value& object, const Value& path, const Value* fallback) {
  const auto step = [&](const Value& from, const Value& key) {
    Value found = item(interpreter, from, key);
    return found.is(Kind::undefined) && fallback ? *fallback : found;
  };
  if (path.is_integral()) return step(object, path);
  if (!path.is(Kind::string)) return object;
  Value value = object;
  for (std::string_view part : split_at(path.string(), ".", -1, false)) {
    std::int64_t index = 0;
    const bool is_index = part.find_first_not_of("0123456789") == part.npos && parse_integer(part, 10, index);
    value = step(value, is_index ? Value::integer(index) : interpreter.heap().string(std::string(part)));
  }
  return value;
}

Value apply_filter(Interpreter& interpreter, const Value& name, const Value& input, const Arguments& arguments) {
  const Builtin filter = name.is(Kind::string) ? find_filter(name.string()) : nullptr;
  if (!filter) throw Error("no filter named {}", to_repr(interpreter.heap(), name));
  return filter(interpreter, input, arguments);
}

bool apply_test(Interpreter& interpreter, const Value& name, const Value& input, const Arguments& arguments) {
  const Builtin test = name.is(Kind::string) ? find_test(name.string()) : nullptr;
  if (!test) throw Error("no test named {}", to_repr(interpreter.heap(), name));
  return truth(test(interpreter, input, arguments));
}

}  // namespace wick::jinja
