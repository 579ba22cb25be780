// Expressions.
#include <algorithm>

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_loop.h"

namespace wick::jinja {

Value Interpreter::evaluate(const Expression& expression) {
  const DepthGuard guard(*this);
  heap_.work(1);
  line_ = expression.line;
  return std::visit([&](const auto& node) { return evaluate(node); }, expression.node);
}

Value Interpreter::evaluate(const Literal& literal) { return literal.value; }

Value Interpreter::evaluate(const Name& name) {
  for (const Scope* scope = scope_; scope; scope = scope->parent) {
    for (const auto& [symbol, value] : scope->variables) {
      if (symbol == name.symbol) return value;
    }
  }
  const std::string& text = template_.names[static_cast<std::size_t>(name.symbol)];
  Value global = find_global(*this, text);
  if (global.is(Kind::undefined)) return heap_.undefined(fmt::format("'{}' is undefined", text));
  globals_->variables.emplace_back(name.symbol, global);
  return global;
}

Value Interpreter::evaluate(const ListDisplay& display) {
  std::vector<Value> items;
  items.reserve(display.items.size());
  for (const ExpressionPtr& item : display.items) items.push_back(evaluate(*item));
  return heap_.list(std::move(items), display.flavour);
}

Value Interpreter::evaluate(const DictDisplay& display) {
  Dict* dict = heap_.dict();
  for (const auto& [key, value] : display.entries) {
    Value name = evaluate(*key);
    heap_.set(*dict, std::move(name), evaluate(*value));
  }
  return Value::of(dict);
}

Value Interpreter::evaluate(const Not& operation) { return Value::boolean(!truth(evaluate(*operation.operand))); }
Value Interpreter::evaluate(const Negate& operation) { return negate(evaluate(*operation.operand)); }

Value Interpreter::evaluate(const Positive& operation) {
  const Value value = evaluate(*operation.operand);
  require_defined(value);
  if (!value.is_number()) throw Error("bad operand type for unary +: '{}'", type_name(value));
  return value.is(Kind::boolean) ? Value::integer(value.integral()) : value;
}

Value Interpreter::evaluate(const Logical& operation) {
  Value left = evaluate(*operation.left);
  return truth(left) == operation.is_and ? evaluate(*operation.right) : left;
}

Value Interpreter::evaluate(const Binary& operation) {
  const Value left = evaluate(*operation.left);
  return compute(heap_, operation.operation, left, evaluate(*operation.right));
}

Value Interpreter::evaluate(const Concat& operation) {
  std::string result;
  for (const ExpressionPtr& part : operation.parts) result += to_string(heap_, evaluate(*part));
  return heap_.string(std::move(result));
}

bool Interpreter::compare(Comparison comparison, const Value& a, const Value& b) {
  switch (comparison) {
    case Comparison::equal:
      return equal(heap_, a, b);
    case Comparison::not_equal:
      return !equal(heap_, a, b);
    case Comparison::less:
      return less(heap_, a, b);
    case Comparison::less_equal:
      return less(heap_, a, b) || equal(heap_, a, b);
    case Comparison::greater:
      return less(heap_, b, a);
    case Comparison::greater_equal:
      return less(heap_, b, a) || equal(heap_, a, b);
    case Comparison::in:
      return contains(heap_, b, a);
    case Comparison::not_in:
      return !contains(heap_, b, a);
  }
  return false;
}

Value Interpreter::evaluate(const Compare& operation) {
  Value left = evaluate(*operation.first);
  for (const auto& [comparison, operand] : operation.rest) {
    Value right = evaluate(*operand);
    if (!compare(comparison, left, right)) return Value::boolean(false);
    left = std::move(right);
  }
  return Value::boolean(true);
}

Value Interpreter::evaluate(const Conditional& operation) {
  if (truth(evaluate(*operation.test))) return evaluate(*operation.then);
  if (operation.otherwise) return evaluate(*operation.otherwise);
  return heap_.undefined("the inline if-expression evaluated to false and no else section was defined");
}

Value Interpreter::evaluate(const Attribute& access) { return attribute(*this, evaluate(*access.object), access.name); }

Value Interpreter::evaluate(const Subscript& access) {
  const Value object = evaluate(*access.object);
  return item(*this, object, evaluate(*access.key));
}

Value Interpreter::evaluate(const Slice& access) {
  const auto bound = [&](const ExpressionPtr& expression) {
    return expression ? evaluate(*expression) : Value::none();
  };
  const Value object = evaluate(*access.object);
  const Value start = bound(access.start);
  const Value stop = bound(access.stop);
  return slice(heap_, object, start, stop, bound(access.step));
}

Arguments Interpreter::evaluate(const CallArguments& arguments) {
  Arguments result;
  for (const ExpressionPtr& value : arguments.positional) result.positional.push_back(evaluate(*value));
  for (const auto& [name, value] : arguments.keywords) result.keywords.push_back({name, evaluate(*value)});
  if (arguments.more_positional) {
    for (Value& value : elements(heap_, evaluate(*arguments.more_positional))) {
      result.positional.push_back(std::move(value));
    }
  }
  if (arguments.more_keywords) {
    const Value more = evaluate(*arguments.more_keywords);
    if (!more.is(Kind::dict)) throw Error("argument after ** must be a mapping, not {}", type_name(more));
    for (const auto& [name, value] : more.dict().entries()) {
      if (!name.is(Kind::string)) throw Error("keywords must be strings");
      heap_.work(1);
      result.keywords.push_back({name.string(), value});
    }
  }
  return result;
}

Value Interpreter::evaluate(const Call& call_node) {
  // object.method(...) without making a bound method first
  if (const auto* access = std::get_if<Attribute>(&call_node.callee->node)) {
    const Value object = evaluate(*access->object);
    if (const Builtin method = find_method(object, access->name)) {
      const Arguments arguments = evaluate(call_node.arguments);
      line_ = call_node.callee->line;
      return method(*this, object, arguments);
    }
    const Value callee = attribute(*this, object, access->name);
    Arguments arguments = evaluate(call_node.arguments);
    return call(callee, arguments);
  }
  const Value callee = evaluate(*call_node.callee);
  Arguments arguments = evaluate(call_node.arguments);
  return call(callee, arguments);
}

Value Interpreter::evaluate(const Filter& filter) {
  const Value input = filter.input ? evaluate(*filter.input) : filter_input_;
  if (!filter.function) throw Error("no filter named '{}'", filter.name);
  return filter.function(*this, input, evaluate(filter.arguments));
}

Value Interpreter::apply(const Expression& filter, const Value& innermost) {
  const Value outer = std::exchange(filter_input_, innermost);
  Value result = evaluate(filter);
  filter_input_ = outer;
  return result;
}

Value Interpreter::evaluate(const Test& test) {
  const Value input = evaluate(*test.input);
  if (!test.function) throw Error("no test named '{}'", test.name);
  return test.function(*this, input, evaluate(test.arguments));
}

}  // namespace wick::jinja
