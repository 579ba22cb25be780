#pragma once
// The values with behaviour that statements make: the loop variable and macros.
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/jinja_interpreter.h"

namespace wick::jinja {

/// `loop` inside a for.
class Loop : public Host {
 public:
  Loop(const For& loop, Scope* outer, std::vector<Value> items, int depth)
      : loop_(loop), outer_(outer), items_(std::move(items)), length_(items_.size()), depth_(depth) {}

  bool at_item() const { return index_ < length_; }
  const Value& item() const { return items_[index_]; }
  void advance() { ++index_; }
  /// Frees the items when the loop is over; returns how many there were.
  std::size_t drop_items() {
    items_ = {};
    return length_;
  }

  std::string_view type() const override { return "LoopContext"; }
  bool attribute(Interpreter& interpreter, std::string_view name, Value& result) override;
  bool callable() const override { return true; }
  Value call(Interpreter& interpreter, Arguments& arguments) override;

  Value cycle(const Arguments& arguments) const;
  Value changed(Interpreter& interpreter, const Arguments& arguments);

 private:
  Value neighbour(Interpreter& interpreter, bool next) const;

  const For& loop_;
  Scope* outer_;
  std::vector<Value> items_;
  std::size_t length_;
  std::size_t index_ = 0;
  int depth_;
  std::vector<Value> last_changed_;
  bool has_changed_ = false;
};

struct MacroValue : Host {
  MacroValue(std::shared_ptr<const MacroDefinition> macro, Scope* where) : definition(std::move(macro)), scope(where) {}
  std::shared_ptr<const MacroDefinition> definition;
  Scope* scope;

  std::string_view type() const override { return "Macro"; }
  bool attribute(Interpreter& interpreter, std::string_view name, Value& result) override;
  bool callable() const override { return true; }
  Value call(Interpreter& interpreter, Arguments& arguments) override {
    return interpreter.call_macro(*definition, scope, arguments);
  }
};

/// A method taken from its object without being called.
struct BoundMethod : Host {
  BoundMethod(Value object, Builtin method) : self(std::move(object)), function(method) {}
  Value self;
  Builtin function;

  std::string_view type() const override { return "builtin_function_or_method"; }
  bool callable() const override { return true; }
  Value call(Interpreter& interpreter, Arguments& arguments) override { return function(interpreter, self, arguments); }
};

}  // namespace wick::jinja
