#include "core/text/jinja_loop.h"

#include "core/error.h"

namespace wick::jinja {
namespace {

Value cycle_method(Interpreter&, const Value& self, const Arguments& arguments) {
  return static_cast<Loop&>(self.host()).cycle(arguments);
}

Value changed_method(Interpreter& interpreter, const Value& self, const Arguments& arguments) {
  return static_cast<Loop&>(self.host()).changed(interpreter, arguments);
}

Value count(std::size_t value) { return Value::integer(static_cast<std::int64_t>(value)); }

}  // namespace

Value Loop::neighbour(Interpreter& interpreter, bool next) const {
  const bool missing = next ? index_ + 1 >= items_.size() : index_ == 0 || items_.empty();
  if (missing) return interpreter.heap().undefined(next ? "there is no next item" : "there is no previous item");
  return items_[next ? index_ + 1 : index_ - 1];
}

bool Loop::attribute(Interpreter& interpreter, std::string_view name, Value& result) {
  const std::size_t left = length_ - std::min(index_, length_);
  if (name == "index0") return result = count(index_), true;
  if (name == "index") return result = count(index_ + 1), true;
  if (name == "first") return result = Value::boolean(index_ == 0), true;
  if (name == "last") return result = Value::boolean(left <= 1), true;
  if (name == "length") return result = count(length_), true;
  if (name == "revindex") return result = count(left), true;
  if (name == "revindex0") return result = Value::integer(static_cast<std::int64_t>(left) - 1), true;
  if (name == "previtem") return result = neighbour(interpreter, false), true;
  if (name == "nextitem") return result = neighbour(interpreter, true), true;
  if (name == "depth0") return result = Value::integer(depth_), true;
  if (name == "depth") return result = Value::integer(depth_ + 1), true;
  const Builtin method = name == "cycle" ? cycle_method : name == "changed" ? changed_method : nullptr;
  if (method) result = Value::of(interpreter.heap().make<BoundMethod>(Value::of(this), method));
  return method != nullptr;
}

Value Loop::call(Interpreter& interpreter, Arguments& arguments) {
  if (!loop_.recursive) throw Error("The loop must have the 'recursive' marker to be called recursively.");
  const Parameters parameters("loop", arguments, {"iterable"});
  return interpreter.call_loop(loop_, outer_, parameters[0], depth_ + 1);
}

Value Loop::cycle(const Arguments& arguments) const {
  if (arguments.positional.empty()) throw Error("no items for cycling given");
  return arguments.positional[index_ % arguments.positional.size()];
}

Value Loop::changed(Interpreter& interpreter, const Arguments& arguments) {
  bool same = has_changed_ && last_changed_.size() == arguments.positional.size();
  for (std::size_t i = 0; same && i < last_changed_.size(); ++i) {
    same = equal(interpreter.heap(), last_changed_[i], arguments.positional[i]);
  }
  has_changed_ = true;
  if (!same) last_changed_ = arguments.positional;
  return Value::boolean(!same);
}

bool MacroValue::attribute(Interpreter& interpreter, std::string_view name, Value& result) {
  if (name == "name") return result = interpreter.heap().string(definition->name), true;
  if (name != "arguments") return false;
  std::vector<Value> names;
  for (const std::string& parameter : definition->parameter_names)
    names.push_back(interpreter.heap().string(parameter));
  return result = interpreter.heap().list(std::move(names), Flavour::tuple), true;
}

}  // namespace wick::jinja
