#pragma once
// Runs a parsed template.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/jinja_ast.h"
#include "core/text/jinja_value.h"

namespace wick::jinja {

/// The variables of a loop body, a macro or a block; the rest is looked up in what surrounds it.
struct Scope : Object {
  explicit Scope(Scope* outer) : parent(outer) {}
  Scope* parent;
  std::vector<std::pair<Symbol, Value>> variables;
  bool captured = false;  // a macro keeps it, so a loop must not reuse it
};

/// One render.
class Interpreter {
 public:
  Interpreter(const Template& parsed, const nlohmann::ordered_json& variables);
  /// Throws Error with the line in front.
  std::string render();

  Heap& heap() { return heap_; }
  Value call(const Value& callee, Arguments& arguments);
  /// A macro's text.
  Value call_macro(const MacroDefinition& macro, Scope* definition_scope, Arguments& arguments);
  /// Runs a loop over `items` and returns its text: `loop(items)` in a recursive loop.
  Value call_loop(const For& loop, Scope* outer, const Value& items, int depth);

 private:
  enum class Flow { normal, broken, continued };
  struct DepthGuard {  // throws past the bound on recursion
    explicit DepthGuard(Interpreter& owner);
    ~DepthGuard() { --interpreter.depth_; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;
    Interpreter& interpreter;
  };
  struct Capture;
  struct ScopeGuard;

  // jinja_interpreter.cpp
  Flow run(const Block& block);
  Flow run(const Output& output);
  Flow run(const Print& print);
  Flow run(const If& branches);
  Flow run(const For& loop);
  Flow run(const Set& set);
  Flow run(const SetBlock& set);
  Flow run(const Macro& macro);
  Flow run(const CallBlock& block);
  Flow run(const FilterBlock& block);
  Flow run(const With& with);
  Flow run(const Break& tag);
  Flow run(const Continue& tag);
  Flow run_loop(const For& loop, const Value& items, int depth);
  std::vector<Value> loop_items(const For& loop, const Value& iterable);
  void bind_parameters(const MacroDefinition& macro, Arguments& arguments);
  std::string captured(const Block& body);
  void assign(const Target& target, const Value& value);
  void define(Symbol symbol, Value value);
  void emit(std::string_view text);
  Symbol symbol_of(std::string_view name) const;

  // jinja_evaluate.cpp
  Value evaluate(const Expression& expression);
  Value evaluate(const Literal& literal);
  Value evaluate(const Name& name);
  Value evaluate(const ListDisplay& display);
  Value evaluate(const DictDisplay& display);
  Value evaluate(const Not& operation);
  Value evaluate(const Negate& operation);
  Value evaluate(const Positive& operation);
  Value evaluate(const Logical& operation);
  Value evaluate(const Binary& operation);
  Value evaluate(const Concat& operation);
  Value evaluate(const Compare& operation);
  Value evaluate(const Conditional& operation);
  Value evaluate(const Attribute& access);
  Value evaluate(const Subscript& access);
  Value evaluate(const Slice& access);
  Value evaluate(const Call& call);
  Value evaluate(const Filter& filter);
  Value evaluate(const Test& test);
  Arguments evaluate(const CallArguments& arguments);
  Value apply(const Expression& filter, const Value& innermost);
  bool compare(Comparison comparison, const Value& a, const Value& b);

  const Template& template_;
  Heap heap_;
  Scope* globals_;  // found so far
  Scope* scope_;
  std::string* output_ = nullptr;
  Value filter_input_;  // of the filter block being finished
  int line_ = 0;
  int depth_ = 0;
  Symbol loop_symbol_;
};

/// Throws Error for an integer of more than 64 bits or nesting past the bound.
Value from_json(Heap& heap, const nlohmann::ordered_json& json, int depth = 0);

}  // namespace wick::jinja
