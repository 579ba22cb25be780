#include "core/text/jinja_interpreter.h"

#include <algorithm>

#include "core/error.h"
#include "core/text/jinja_loop.h"

namespace wick::jinja {
namespace {

constexpr std::size_t kVariableBytes = sizeof(std::pair<Symbol, Value>);

}  // namespace

Interpreter::DepthGuard::DepthGuard(Interpreter& owner) : interpreter(owner) {
  if (interpreter.depth_ >= interpreter.heap_.limits().depth) throw Error("maximum recursion depth exceeded");
  ++interpreter.depth_;
}

/// Collects what is printed, until it is taken.
struct Interpreter::Capture {
  explicit Capture(Interpreter& owner) : interpreter(owner), outer(std::exchange(owner.output_, &text)) {}
  ~Capture() {
    interpreter.output_ = outer;
    interpreter.heap_.release(charged());
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  std::size_t charged() const { return size_charged ? size_charged : text.size(); }
  std::string take() {
    size_charged = text.size();
    return std::move(text);
  }

  Interpreter& interpreter;
  std::string text;
  std::string* outer;
  std::size_t size_charged = 0;
};

struct Interpreter::ScopeGuard {
  ScopeGuard(Interpreter& owner, Scope* scope) : interpreter(owner), outer(std::exchange(owner.scope_, scope)) {}
  ~ScopeGuard() { interpreter.scope_ = outer; }
  ScopeGuard(const ScopeGuard&) = delete;
  ScopeGuard& operator=(const ScopeGuard&) = delete;
  Interpreter& interpreter;
  Scope* outer;
};

Interpreter::Interpreter(const Template& parsed, const nlohmann::ordered_json& variables)
    : template_(parsed), globals_(heap_.make<Scope>(nullptr)), scope_(heap_.make<Scope>(globals_)) {
  loop_symbol_ = symbol_of("loop");
  if (!variables.is_object()) throw Error("the variables are no object");
  for (std::size_t i = 0; i < parsed.names.size(); ++i) {
    const auto found = variables.find(parsed.names[i]);
    if (found != variables.end()) define(static_cast<Symbol>(i), from_json(heap_, *found));
  }
}

std::string Interpreter::render() {
  std::string result;
  output_ = &result;
  try {
    run(template_.body);
  } catch (const Error& error) {
    throw Error("line {}: {}", line_, error.what());
  }
  return result;
}

Symbol Interpreter::symbol_of(std::string_view name) const {
  const auto found = std::find(template_.names.begin(), template_.names.end(), name);
  return found == template_.names.end() ? -1 : static_cast<Symbol>(found - template_.names.begin());
}

void Interpreter::define(Symbol symbol, Value value) {
  for (auto& [known, old] : scope_->variables) {
    if (known != symbol) continue;
    old = std::move(value);
    return;
  }
  heap_.allocate(kVariableBytes);
  scope_->variables.emplace_back(symbol, std::move(value));
}

void Interpreter::emit(std::string_view text) {
  if (output_->size() + text.size() > heap_.limits().output) {
    throw Error("the output is longer than {} MiB", heap_.limits().output >> 20);
  }
  heap_.allocate(text.size());
  output_->append(text);
}

void Interpreter::assign(const Target& target, const Value& value) {
  if (!target.several.empty()) {
    const std::vector<Value> values = elements(heap_, value);
    if (values.size() != target.several.size()) {
      throw Error("{} values to unpack, expected {}", values.size(), target.several.size());
    }
    for (std::size_t i = 0; i < values.size(); ++i) assign(target.several[i], values[i]);
  } else if (!target.attribute.empty()) {
    const Value object = evaluate(Name{target.symbol});
    if (!object.is(Kind::space)) throw Error("cannot assign an attribute of a non-namespace object");
    heap_.set(object.dict(), heap_.string(target.attribute), value);
  } else {
    define(target.symbol, value);
  }
}

std::string Interpreter::captured(const Block& body) {
  const ScopeGuard guard(*this, heap_.make<Scope>(scope_));
  Capture capture(*this);
  run(body);
  return capture.take();
}

Interpreter::Flow Interpreter::run(const Block& block) {
  const DepthGuard guard(*this);
  for (const Statement& statement : block) {
    heap_.work(1);
    line_ = statement.line;
    const Flow flow = std::visit([&](const auto& node) { return run(node); }, statement.node);
    if (flow != Flow::normal) return flow;
  }
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const Output& output) {
  emit(output.text);
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const Print& print) {
  const Value value = evaluate(*print.value);
  if (value.is(Kind::string)) {
    emit(value.string());
  } else {
    emit(to_string(heap_, value));
  }
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const If& branches) {
  for (const auto& [test, body] : branches.branches) {
    if (truth(evaluate(*test))) return run(body);
  }
  return run(branches.otherwise);
}

std::vector<Value> Interpreter::loop_items(const For& loop, const Value& iterable) {
  std::vector<Value> items = elements(heap_, iterable);
  if (!loop.filter) return items;
  const ScopeGuard guard(*this, heap_.make<Scope>(scope_));
  std::erase_if(items, [&](const Value& item) {
    assign(loop.target, item);
    return !truth(evaluate(*loop.filter));
  });
  return items;
}

Interpreter::Flow Interpreter::run(const For& loop) { return run_loop(loop, evaluate(*loop.iterable), 0); }

Interpreter::Flow Interpreter::run_loop(const For& loop, const Value& iterable, int depth) {
  std::vector<Value> items = loop_items(loop, iterable);
  heap_.allocate(items.size() * sizeof(Value));
  auto* state = heap_.make<Loop>(loop, scope_, std::move(items), depth);
  Scope* body_scope = nullptr;
  bool broken = false;
  bool completed = false;  // jinja2 runs `else` unless some pass reached the end of the body
  const ScopeGuard guard(*this, scope_);
  for (; !broken && state->at_item(); state->advance()) {
    if (!body_scope || body_scope->captured) body_scope = heap_.make<Scope>(guard.outer);
    heap_.release(body_scope->variables.size() * kVariableBytes);
    body_scope->variables.clear();
    scope_ = body_scope;
    if (loop_symbol_ >= 0) define(loop_symbol_, Value::of(state));
    assign(loop.target, state->item());
    const Flow flow = run(loop.body);
    broken = flow == Flow::broken;
    completed |= flow == Flow::normal;
  }
  heap_.release(state->drop_items() * sizeof(Value));
  scope_ = guard.outer;
  if (!completed) {
    const ScopeGuard otherwise(*this, heap_.make<Scope>(scope_));
    return run(loop.otherwise);
  }
  return Flow::normal;
}

Value Interpreter::call_loop(const For& loop, Scope* outer, const Value& items, int depth) {
  const ScopeGuard guard(*this, outer);
  Capture capture(*this);
  run_loop(loop, items, depth);
  return heap_.string(capture.take());
}

Interpreter::Flow Interpreter::run(const Set& set) {
  assign(set.target, evaluate(*set.value));
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const SetBlock& set) {
  Value text = heap_.string(captured(set.body));
  assign(set.target, set.filter ? apply(*set.filter, text) : text);
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const Macro& macro) {
  for (Scope* scope = scope_; scope; scope = scope->parent) scope->captured = true;
  define(macro.symbol, Value::of(heap_.make<MacroValue>(macro.definition, scope_)));
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const CallBlock& block) {
  const auto& call_node = std::get<Call>(block.call->node);
  const Value callee = evaluate(*call_node.callee);
  Arguments arguments = evaluate(call_node.arguments);
  for (Scope* scope = scope_; scope; scope = scope->parent) scope->captured = true;
  arguments.keywords.push_back({"caller", Value::of(heap_.make<MacroValue>(block.caller, scope_))});
  emit(to_string(heap_, call(callee, arguments)));
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const FilterBlock& block) {
  const Value text = heap_.string(captured(block.body));
  emit(to_string(heap_, apply(*block.filter, text)));
  return Flow::normal;
}

Interpreter::Flow Interpreter::run(const With& with) {
  std::vector<Value> values;  // each is of the surrounding scope
  for (const auto& entry : with.values) values.push_back(evaluate(*entry.second));
  const ScopeGuard guard(*this, heap_.make<Scope>(scope_));
  for (std::size_t i = 0; i < values.size(); ++i) assign(with.values[i].first, values[i]);
  return run(with.body);
}

Interpreter::Flow Interpreter::run(const Break&) { return Flow::broken; }
Interpreter::Flow Interpreter::run(const Continue&) { return Flow::continued; }

Value Interpreter::call(const Value& callee, Arguments& arguments) {
  require_defined(callee);
  if (!callee.is(Kind::host)) throw Error("'{}' object is not callable", type_name(callee));
  return callee.host().call(*this, arguments);
}

void Interpreter::bind_parameters(const MacroDefinition& macro, Arguments& arguments) {
  const std::size_t count = macro.parameters.size();
  auto& positional = arguments.positional;
  const auto take_keyword = [&](std::string_view name) {
    const auto found = std::find_if(arguments.keywords.begin(), arguments.keywords.end(),
                                    [&](const KeywordArgument& k) { return k.name == name; });
    if (found == arguments.keywords.end()) return Value();
    Value value = found->value;
    arguments.keywords.erase(found);
    return value;
  };
  const auto given = [&](std::string_view name) {
    return std::any_of(arguments.keywords.begin(), arguments.keywords.end(), [&](auto& k) { return k.name == name; });
  };
  const std::size_t first_default = count - macro.defaults.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& name = macro.parameter_names[i];
    if (i < positional.size()) {
      define(macro.parameters[i], positional[i]);
    } else if (given(name)) {
      define(macro.parameters[i], take_keyword(name));
    } else if (i >= first_default) {
      define(macro.parameters[i], evaluate(*macro.defaults[i - first_default]));
    } else {
      define(macro.parameters[i], heap_.undefined(fmt::format("parameter '{}' was not provided", name)));
    }
  }
  if (macro.uses_caller) {
    define(symbol_of("caller"), given("caller") ? take_keyword("caller") : heap_.undefined("No caller defined"));
  }
  if (macro.uses_kwargs) {
    Dict* rest = heap_.dict();
    for (const auto& [name, value] : arguments.keywords) heap_.set(*rest, heap_.string(name), value);
    define(symbol_of("kwargs"), Value::of(rest));
  } else if (!arguments.keywords.empty()) {
    throw Error("macro '{}' takes no keyword argument '{}'", macro.name, arguments.keywords.front().name);
  }
  std::vector<Value> rest;
  if (positional.size() > count) rest.assign(positional.begin() + static_cast<std::ptrdiff_t>(count), positional.end());
  if (macro.uses_varargs) {
    define(symbol_of("varargs"), heap_.list(std::move(rest), Flavour::tuple));
  } else if (!rest.empty()) {
    throw Error("macro '{}' takes not more than {} argument(s)", macro.name, count);
  }
}

Value Interpreter::call_macro(const MacroDefinition& macro, Scope* definition_scope, Arguments& arguments) {
  const ScopeGuard guard(*this, heap_.make<Scope>(definition_scope));
  bind_parameters(macro, arguments);
  Capture capture(*this);
  run(macro.body);
  return heap_.string(capture.take());
}

}  // namespace wick::jinja
