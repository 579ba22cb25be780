// Subscripts, attributes and slices.
#include <algorithm>
#include <limits>

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_loop.h"
#include "core/text/jinja_operations.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

/// Index `i` of `size`, negative from the end; false if outside.
bool resolve_index(std::int64_t i, std::size_t size, std::size_t& result) {
  const auto count = static_cast<std::int64_t>(size);
  if (i < 0) i += count;
  if (i < 0 || i >= count) return false;
  result = static_cast<std::size_t>(i);
  return true;
}

Value missing(Interpreter& interpreter, const Value& object, std::string_view name) {
  const std::string_view type = object.is(Kind::none) ? "None" : type_name(object);
  return interpreter.heap().undefined(
      fmt::format("'{}{}' has no attribute '{}'", type, object.is(Kind::none) ? "" : " object", name));
}

bool find_item(Interpreter& interpreter, const Value& object, const Value& key, Value& result) {
  Heap& heap = interpreter.heap();
  std::size_t at = 0;
  switch (object.kind()) {
    case Kind::dict: {
      const bool hashable =
          !key.is(Kind::dict) && !(key.is(Kind::sequence) && key.sequence().flavour != Flavour::tuple);
      const Value* found = hashable ? object.dict().find(key) : nullptr;
      if (found) result = *found;
      return found != nullptr;
    }
    case Kind::sequence:
      if (!object.sequence().indexable() || !key.is_integral()) return false;
      if (!resolve_index(key.integral(), object.sequence().items.size(), at)) return false;
      result = object.sequence().items[at];
      return true;
    case Kind::string: {
      const std::string& text = object.string();
      heap.touch(text.size());
      if (!key.is_integral() || !resolve_index(key.integral(), character_count(text), at)) return false;
      const std::size_t begin = byte_of(text, at);
      result = heap.string(text.substr(begin, next_character(text, begin) - begin));
      return true;
    }
    default:
      return false;
  }
}

bool find_attribute(Interpreter& interpreter, const Value& object, std::string_view name, Value& result) {
  if (object.is(Kind::host)) return object.host().attribute(interpreter, name, result);
  if (object.is(Kind::space)) {
    const Value* found = object.dict().find(name);
    if (found) result = *found;
    return found != nullptr;
  }
  const Builtin method = find_method(object, name);
  if (method) result = Value::of(interpreter.heap().make<BoundMethod>(object, method));
  return method != nullptr;
}

std::int64_t slice_bound(const Value& value, std::int64_t otherwise, std::int64_t size, std::int64_t low,
                         std::int64_t high) {
  if (value.is(Kind::none)) return otherwise;
  require_defined(value);
  if (!value.is_integral()) throw Error("slice indices must be integers or None");
  std::int64_t i = value.integral();
  if (i < 0) i += size;
  return std::clamp(i, low, high);
}

}  // namespace

Value item(Interpreter& interpreter, const Value& object, const Value& key) {
  require_defined(object);
  Value result;
  if (find_item(interpreter, object, key, result)) return result;
  if (key.is(Kind::string)) {
    if (find_attribute(interpreter, object, key.string(), result)) return result;
    return missing(interpreter, object, key.string());
  }
  return interpreter.heap().undefined(
      fmt::format("{} object has no element {}", type_name(object), to_repr(interpreter.heap(), key)));
}

Value attribute(Interpreter& interpreter, const Value& object, std::string_view name) {
  require_defined(object);
  Value result;
  if (find_attribute(interpreter, object, name, result)) return result;
  if (object.is(Kind::dict)) {
    if (const Value* found = object.dict().find(name)) return *found;
  }
  return missing(interpreter, object, name);
}

Value slice(Heap& heap, const Value& object, const Value& start, const Value& stop, const Value& step) {
  require_defined(object);
  const bool is_text = object.is(Kind::string);
  if (!is_text && !(object.is(Kind::sequence) && object.sequence().indexable())) {
    throw Error("'{}' object cannot be sliced", type_name(object));
  }
  if (!step.is(Kind::none) && !step.is_integral()) throw Error("slice indices must be integers or None");
  const std::int64_t stride = step.is(Kind::none) ? 1 : step.integral();
  if (stride == 0) throw Error("slice step cannot be zero");
  std::vector<std::string_view> letters;
  if (is_text) {
    heap.work(object.string().size() / 8);
    letters = characters(object.string());
  }
  const std::size_t count = is_text ? letters.size() : object.sequence().items.size();
  const auto size = static_cast<std::int64_t>(count);
  const bool forward = stride > 0;
  const std::int64_t low = forward ? 0 : -1;
  const std::int64_t high = forward ? size : size - 1;
  std::int64_t at = slice_bound(start, forward ? 0 : size - 1, size, low, high);
  const std::int64_t end = slice_bound(stop, forward ? size : -1, size, low, high);

  std::string text;
  std::vector<Value> items;
  while (forward ? at < end : at > end) {
    const auto i = static_cast<std::size_t>(at);
    if (is_text) {
      text += letters[i];
    } else {
      items.push_back(object.sequence().items[i]);
    }
    if (__builtin_add_overflow(at, stride, &at)) break;
  }
  if (is_text) return heap.string(std::move(text));
  return heap.list(std::move(items), object.sequence().flavour);
}

}  // namespace wick::jinja
