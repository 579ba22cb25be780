#pragma once
// Python's operators on template values. All throw Error where Python raises.
#include <string>
#include <string_view>
#include <vector>

#include "core/text/jinja_value.h"

namespace wick::jinja {

/// Python's name of the value's type: "str", "int", "dict".
std::string_view type_name(const Value& value);

bool truth(const Value& value);
/// str(): what printing the value gives. Undefined prints as nothing.
std::string to_string(Heap& heap, const Value& value);
/// repr(): as it prints inside a list.
std::string to_repr(Heap& heap, const Value& value);

bool equal(Heap& heap, const Value& a, const Value& b);
/// a < b; throws for types without an order among them.
bool less(Heap& heap, const Value& a, const Value& b);
/// item in container
bool contains(Heap& heap, const Value& container, const Value& item);

enum class Arithmetic : std::uint8_t { add, subtract, multiply, divide, floor_divide, modulo, power };
Value compute(Heap& heap, Arithmetic operation, const Value& a, const Value& b);
Value negate(const Value& value);

/// len(): characters of a string, elements of a container.
std::size_t length(Heap& heap, const Value& value);
/// All elements; a generator is used up by it.
std::vector<Value> elements(Heap& heap, const Value& value);

/// object[key]; undefined if there is none.
Value item(Interpreter& interpreter, const Value& object, const Value& key);
/// object.name: a method first, else the item of that name, else undefined.
Value attribute(Interpreter& interpreter, const Value& object, std::string_view name);
/// object[start:stop:step], each none for its default.
Value slice(Heap& heap, const Value& object, const Value& start, const Value& stop, const Value& step);

/// Python's str.replace, of at most `limit` occurrences if that is not negative.
std::string replace_text(Heap& heap, std::string_view text, std::string_view from, std::string_view to,
                         std::int64_t limit);
/// text % values
Value format_percent(Heap& heap, std::string_view text, const Value& values);
/// text.format(...)
Value format_braces(Interpreter& interpreter, std::string_view text, const Arguments& arguments);

/// Throws the error of using an undefined value.
void require_defined(const Value& value);

}  // namespace wick::jinja
