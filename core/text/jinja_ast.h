#pragma once
// A parsed template.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/text/jinja_builtins.h"
#include "core/text/jinja_operations.h"
#include "core/text/jinja_value.h"

namespace wick::jinja {

/// The index of a name in Template::names.
using Symbol = int;

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct CallArguments {
  std::vector<ExpressionPtr> positional;
  std::vector<std::pair<std::string, ExpressionPtr>> keywords;
  ExpressionPtr more_positional;  // *values
  ExpressionPtr more_keywords;    // **values
};

struct Literal {
  Value value;
};
struct Name {
  Symbol symbol;
};
struct ListDisplay {
  std::vector<ExpressionPtr> items;
  Flavour flavour;
};
struct DictDisplay {
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> entries;
};
struct Not {
  ExpressionPtr operand;
};
struct Negate {
  ExpressionPtr operand;
};
struct Positive {
  ExpressionPtr operand;
};
struct Logical {
  bool is_and;
  ExpressionPtr left, right;
};
struct Binary {
  Arithmetic operation;
  ExpressionPtr left, right;
};
struct Concat {
  std::vector<ExpressionPtr> parts;
};
enum class Comparison : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal, in, not_in };
struct Compare {
  ExpressionPtr first;
  std::vector<std::pair<Comparison, ExpressionPtr>> rest;
};
struct Conditional {
  ExpressionPtr test, then, otherwise;
};  // otherwise may be null: undefined
struct Attribute {
  ExpressionPtr object;
  std::string name;
};
struct Subscript {
  ExpressionPtr object, key;
};
struct Slice {
  ExpressionPtr object, start, stop, step;
};  // null: default
struct Call {
  ExpressionPtr callee;
  CallArguments arguments;
};
/// `input | name(arguments)`; the input of a filter block's first filter is null.
struct Filter {
  ExpressionPtr input;
  std::string name;
  Builtin function;
  CallArguments arguments;
};
struct Test {
  ExpressionPtr input;
  std::string name;
  Builtin function;
  CallArguments arguments;
};

struct Expression {
  std::variant<Literal, Name, ListDisplay, DictDisplay, Not, Negate, Positive, Logical, Binary, Concat, Compare,
               Conditional, Attribute, Subscript, Slice, Call, Filter, Test>
      node;
  int line;
  int height;  // of the tree below: bounds the recursion of whatever walks it
};

struct Statement;
using Block = std::vector<Statement>;

/// What an assignment may assign to: a name, namespace.attribute, or a tuple of these.
struct Target {
  Symbol symbol = -1;
  std::string attribute;        // not empty: symbol is a namespace
  std::vector<Target> several;  // not empty: a tuple
};

struct MacroDefinition {
  std::string name;
  std::vector<Symbol> parameters;
  std::vector<std::string> parameter_names;
  std::vector<ExpressionPtr> defaults;  // of the last parameters
  bool uses_caller = false;
  bool uses_varargs = false;
  bool uses_kwargs = false;
  Block body;
};

struct Output {
  std::string text;
};
struct Print {
  ExpressionPtr value;
};
struct If {
  std::vector<std::pair<ExpressionPtr, Block>> branches;
  Block otherwise;
};
struct For {
  Target target;
  ExpressionPtr iterable, filter;  // filter may be null
  Block body, otherwise;
  bool recursive;
};
struct Set {
  Target target;
  ExpressionPtr value;
};
struct SetBlock {
  Target target;
  ExpressionPtr filter;
  Block body;
};  // filter may be null
struct Macro {
  Symbol symbol;
  std::shared_ptr<const MacroDefinition> definition;
};
struct CallBlock {
  std::shared_ptr<const MacroDefinition> caller;
  ExpressionPtr call;
};
struct FilterBlock {
  ExpressionPtr filter;
  Block body;
};
struct With {
  std::vector<std::pair<Target, ExpressionPtr>> values;
  Block body;
};  // also {% generation %}
struct Break {};
struct Continue {};

struct Statement {
  std::variant<Output, Print, If, For, Set, SetBlock, Macro, CallBlock, FilterBlock, With, Break, Continue> node;
  int line;
};

struct Template {
  Block body;
  std::vector<std::string> names;  // by symbol
};

}  // namespace wick::jinja
