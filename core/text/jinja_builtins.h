#pragma once
// Filters, tests, methods and global functions: jinja2's and Python's, as far as chat templates use them.
#include <array>
#include <initializer_list>
#include <string_view>

#include "core/text/jinja_value.h"

namespace wick::jinja {

/// A filter, a test (giving a boolean) or a method, on `self`.
using Builtin = Value (*)(Interpreter& interpreter, const Value& self, const Arguments& arguments);

struct NamedBuiltin {
  std::string_view name;
  Builtin function;
};

/// Each returns null if there is none of this name.
Builtin find_filter(std::string_view name);
Builtin find_sequence_filter(std::string_view name);  // the part of find_filter that works on lists
Builtin find_test(std::string_view name);
Builtin find_method(const Value& object, std::string_view name);
/// range, namespace, dict, raise_exception, strftime_now, cycler, joiner; undefined for others.
Value find_global(Interpreter& interpreter, std::string_view name);

/// Python's json.dumps(value, ensure_ascii=False), with transformers' options.
Value to_json(Interpreter& interpreter, const Value& value, const Arguments& arguments);

/// Arguments given by position or name, matched to parameters.
class Parameters {
 public:
  /// Throws Error for too many arguments, an unknown name, or one given twice.
  Parameters(std::string_view function, const Arguments& arguments, std::initializer_list<std::string_view> names);

  bool has(std::size_t i) const { return values_[i] != nullptr; }
  /// Throws Error if it is missing.
  const Value& operator[](std::size_t i) const;
  Value value(std::size_t i, const Value& otherwise) const { return has(i) ? *values_[i] : otherwise; }
  std::int64_t integer(std::size_t i, std::int64_t otherwise) const;
  std::string_view text(std::size_t i, std::string_view otherwise) const;
  bool flag(std::size_t i, bool otherwise) const;

 private:
  static constexpr std::size_t kMost = 8;
  std::string_view function_;
  std::array<std::string_view, kMost> names_;
  const Value* values_[kMost] = {};
};

template <std::size_t N>
Builtin find_in(const NamedBuiltin (&table)[N], std::string_view name) {
  for (const NamedBuiltin& entry : table) {
    if (entry.name == name) return entry.function;
  }
  return nullptr;
}

/// The value that map, sort and selectattr find for an attribute: "a.b.0" goes down by dots. What is undefined on the
/// way becomes `fallback`, if there is one; a path of none is the object itself.
Value lookup_path(Interpreter& interpreter, const Value& object, const Value& path, const Value* fallback = nullptr);
/// Calls an element's filter or test by name.
Value apply_filter(Interpreter& interpreter, const Value& name, const Value& input, const Arguments& arguments);
bool apply_test(Interpreter& interpreter, const Value& name, const Value& input, const Arguments& arguments);

}  // namespace wick::jinja
