#include "core/text/jinja_expression_parser.h"

#include <algorithm>
#include <cstdlib>

#include "core/error.h"
#include "core/text/jinja_text.h"

namespace wick::jinja {
namespace {

int height(const ExpressionPtr& expression) { return expression ? expression->height : 0; }

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::end:
      return "the end of the template";
    case TokenKind::block_end:
      return "the end of the tag";
    case TokenKind::print_end:
      return "the end of the expression";
    default:
      return fmt::format("'{}'", token.value);
  }
}

bool is_reserved(const std::string& name) {
  return name == "true" || name == "True" || name == "false" || name == "False" || name == "none" || name == "None";
}

}  // namespace

void ExpressionParser::fail(const std::string& what) const {
  throw Error("{}:{}: {}", current().place.line, current().place.column, what);
}

void ExpressionParser::expect_symbol(std::string_view symbol) {
  if (!accept_symbol(symbol)) fail(fmt::format("expected '{}', found {}", symbol, describe(current())));
}

void ExpressionParser::expect_name(std::string_view name) {
  if (!accept_name(name)) fail(fmt::format("expected '{}', found {}", name, describe(current())));
}

std::string ExpressionParser::expect_identifier() {
  if (current().kind != TokenKind::name) fail(fmt::format("expected a name, found {}", describe(current())));
  return take().value;
}

std::string ExpressionParser::expect_dotted_name() {
  std::string name = expect_identifier();
  while (accept_symbol(".")) name.append(1, '.').append(expect_identifier());
  return name;
}

Symbol ExpressionParser::intern(const std::string& name) {
  const auto [entry, is_new] = symbols_.emplace(name, static_cast<Symbol>(names_.size()));
  if (is_new) names_.push_back(name);
  return entry->second;
}

template <class Node>
ExpressionPtr ExpressionParser::make(Node node, int line, int height_below) {
  if (height_below >= kMostHeight) fail("this expression is too long");
  return std::make_unique<Expression>(Expression{std::move(node), line, height_below + 1});
}

ExpressionPtr ExpressionParser::literal(Value value) {
  return make(Literal{std::move(value)}, current().place.line, 0);
}

ExpressionPtr ExpressionParser::text_literal(std::string text) {
  return literal(Value::string(std::make_shared<const Text>(std::move(text))));
}

ExpressionPtr ExpressionParser::binary(Arithmetic operation, ExpressionPtr left, ExpressionPtr right) {
  const int below = std::max(height(left), height(right));
  const int line = left->line;
  return make(Binary{operation, std::move(left), std::move(right)}, line, below);
}

bool ExpressionParser::at_tuple_end(std::string_view until) const {
  return current().kind == TokenKind::print_end || current().kind == TokenKind::block_end || at_symbol(")") ||
         (!until.empty() && at_name(until));
}

ExpressionPtr ExpressionParser::tuple(bool with_condition, std::string_view until) {
  const int line = current().place.line;
  ListDisplay display{{}, Flavour::tuple};
  int below = 0;
  bool comma = false;
  do {
    if (comma && at_tuple_end(until)) break;
    display.items.push_back(expression(with_condition));
    below = std::max(below, height(display.items.back()));
  } while (accept_symbol(",") && (comma = true));
  if (!comma) return std::move(display.items.front());
  return make(std::move(display), line, below);
}

Target ExpressionParser::target(std::string_view until) {
  const Nesting nesting(*this);
  std::vector<Target> parts;
  bool comma = false;
  do {
    if (comma && (at_tuple_end(until) || at_symbol("="))) break;
    if (accept_symbol("(")) {
      parts.push_back(target());
      expect_symbol(")");
      continue;
    }
    const std::string name = expect_identifier();
    if (is_reserved(name)) fail(fmt::format("cannot assign to '{}'", name));
    Target part;
    part.symbol = intern(name);
    if (accept_symbol(".")) part.attribute = expect_identifier();
    parts.push_back(std::move(part));
  } while (accept_symbol(",") && (comma = true));
  if (!comma) return std::move(parts.front());
  Target result;
  result.several = std::move(parts);
  return result;
}

ExpressionPtr ExpressionParser::expression(bool with_condition) {
  const Nesting nesting(*this);
  if (!with_condition) return disjunction();
  ExpressionPtr value = disjunction();
  while (accept_name("if")) {
    ExpressionPtr condition = disjunction();
    ExpressionPtr otherwise = accept_name("else") ? expression() : nullptr;
    const int below = std::max({height(value), height(condition), height(otherwise)});
    const int line = value->line;
    value = make(Conditional{std::move(condition), std::move(value), std::move(otherwise)}, line, below);
  }
  return value;
}

ExpressionPtr ExpressionParser::disjunction() {
  ExpressionPtr left = conjunction();
  while (accept_name("or")) {
    ExpressionPtr right = conjunction();
    const int below = std::max(height(left), height(right));
    const int line = left->line;
    left = make(Logical{false, std::move(left), std::move(right)}, line, below);
  }
  return left;
}

ExpressionPtr ExpressionParser::conjunction() {
  ExpressionPtr left = negation();
  while (accept_name("and")) {
    ExpressionPtr right = negation();
    const int below = std::max(height(left), height(right));
    const int line = left->line;
    left = make(Logical{true, std::move(left), std::move(right)}, line, below);
  }
  return left;
}

ExpressionPtr ExpressionParser::negation() {
  if (!at_name("not")) return comparison();
  const Nesting nesting(*this);
  const int line = take().place.line;
  ExpressionPtr operand = negation();
  const int below = height(operand);
  return make(Not{std::move(operand)}, line, below);
}

ExpressionPtr ExpressionParser::comparison() {
  static constexpr std::pair<std::string_view, Comparison> kSymbols[] = {
      {"==", Comparison::equal},      {"!=", Comparison::not_equal}, {"<", Comparison::less},
      {"<=", Comparison::less_equal}, {">", Comparison::greater},    {">=", Comparison::greater_equal}};
  ExpressionPtr first = sum();
  Compare compare;
  int below = height(first);
  while (true) {
    const auto* symbol =
        std::find_if(std::begin(kSymbols), std::end(kSymbols), [&](auto& s) { return at_symbol(s.first); });
    Comparison kind = Comparison::in;
    if (symbol != std::end(kSymbols)) {
      kind = symbol->second;
      take();
    } else if (at_name("not") && is(ahead(), TokenKind::name, "in")) {
      kind = Comparison::not_in;
      take();
      take();
    } else if (!accept_name("in")) {
      break;
    }
    compare.rest.emplace_back(kind, sum());
    below = std::max(below, height(compare.rest.back().second));
  }
  if (compare.rest.empty()) return first;
  const int line = first->line;
  compare.first = std::move(first);
  return make(std::move(compare), line, below);
}

ExpressionPtr ExpressionParser::sum() {
  ExpressionPtr left = concatenation();
  while (at_symbol("+") || at_symbol("-")) {
    const Arithmetic operation = take().value == "+" ? Arithmetic::add : Arithmetic::subtract;
    left = binary(operation, std::move(left), concatenation());
  }
  return left;
}

ExpressionPtr ExpressionParser::concatenation() {
  ExpressionPtr first = product();
  if (!at_symbol("~")) return first;
  const int line = first->line;
  int below = height(first);
  Concat concat;
  concat.parts.push_back(std::move(first));
  while (accept_symbol("~")) {
    concat.parts.push_back(product());
    below = std::max(below, height(concat.parts.back()));
  }
  return make(std::move(concat), line, below);
}

ExpressionPtr ExpressionParser::product() {
  static constexpr std::pair<std::string_view, Arithmetic> kSymbols[] = {{"*", Arithmetic::multiply},
                                                                         {"/", Arithmetic::divide},
                                                                         {"//", Arithmetic::floor_divide},
                                                                         {"%", Arithmetic::modulo}};
  ExpressionPtr left = power();
  while (true) {
    const auto* symbol =
        std::find_if(std::begin(kSymbols), std::end(kSymbols), [&](auto& s) { return at_symbol(s.first); });
    if (symbol == std::end(kSymbols)) return left;
    take();
    left = binary(symbol->second, std::move(left), power());
  }
}

ExpressionPtr ExpressionParser::power() {  // jinja2's groups from the left, unlike Python's
  ExpressionPtr left = unary(true);
  while (accept_symbol("**")) left = binary(Arithmetic::power, std::move(left), unary(true));
  return left;
}

ExpressionPtr ExpressionParser::unary(bool with_filters) {
  const Nesting nesting(*this);
  const int line = current().place.line;
  ExpressionPtr value;
  if (accept_symbol("-")) {
    ExpressionPtr operand = unary(false);
    const int below = height(operand);
    value = make(Negate{std::move(operand)}, line, below);
  } else if (accept_symbol("+")) {
    ExpressionPtr operand = unary(false);
    const int below = height(operand);
    value = make(Positive{std::move(operand)}, line, below);
  } else {
    value = primary();
  }
  value = postfix(std::move(value));
  return with_filters ? filters(std::move(value)) : std::move(value);
}

ExpressionPtr ExpressionParser::primary() {
  const Token& token = current();
  switch (token.kind) {
    case TokenKind::name:
      return name_or_constant();
    case TokenKind::string: {
      std::string text;
      while (current().kind == TokenKind::string) text += take().value;
      return text_literal(std::move(text));
    }
    case TokenKind::integer:
      return literal(Value::integer(std::strtoll(take().value.c_str(), nullptr, 10)));
    case TokenKind::real:
      return literal(Value::real(std::strtod(take().value.c_str(), nullptr)));
    default:
      break;
  }
  if (accept_symbol("(")) return parenthesis();
  if (accept_symbol("[")) return list();
  if (accept_symbol("{")) return dict();
  fail(fmt::format("expected an expression, found {}", describe(token)));
}

ExpressionPtr ExpressionParser::name_or_constant() {
  const Token token = take();
  const std::string& name = token.value;
  if (is_reserved(name)) {
    return literal(name[0] == 'n' || name[0] == 'N' ? Value::none() : Value::boolean(name[0] == 't' || name[0] == 'T'));
  }
  if (macro_) {
    macro_->uses_caller |= name == "caller";
    macro_->uses_varargs |= name == "varargs";
    macro_->uses_kwargs |= name == "kwargs";
  }
  return make(Name{intern(name)}, token.place.line, 0);
}

ExpressionPtr ExpressionParser::parenthesis() {
  if (accept_symbol(")")) return make(ListDisplay{{}, Flavour::tuple}, current().place.line, 0);
  ExpressionPtr inside = tuple();
  expect_symbol(")");
  return inside;
}

ExpressionPtr ExpressionParser::list() {
  const int line = current().place.line;
  ListDisplay display{{}, Flavour::list};
  int below = 0;
  while (!at_symbol("]")) {
    display.items.push_back(expression());
    below = std::max(below, height(display.items.back()));
    if (!accept_symbol(",")) break;
  }
  expect_symbol("]");
  return make(std::move(display), line, below);
}

ExpressionPtr ExpressionParser::dict() {
  const int line = current().place.line;
  DictDisplay display;
  int below = 0;
  while (!at_symbol("}")) {
    ExpressionPtr key = expression();
    expect_symbol(":");
    ExpressionPtr value = expression();
    below = std::max({below, height(key), height(value)});
    display.entries.emplace_back(std::move(key), std::move(value));
    if (!accept_symbol(",")) break;
  }
  expect_symbol("}");
  return make(std::move(display), line, below);
}

ExpressionPtr ExpressionParser::postfix(ExpressionPtr object, bool calls) {
  while (true) {
    if (accept_symbol(".")) {
      const int line = object->line;
      const int below = height(object);
      if (current().kind == TokenKind::integer) {
        ExpressionPtr key = literal(Value::integer(std::strtoll(take().value.c_str(), nullptr, 10)));
        object = make(Subscript{std::move(object), std::move(key)}, line, below);
      } else {
        object = make(Attribute{std::move(object), expect_identifier()}, line, below);
      }
    } else if (accept_symbol("[")) {
      object = subscript(std::move(object));
    } else if (calls && accept_symbol("(")) {
      object = call(std::move(object));
    } else {
      return object;
    }
  }
}

ExpressionPtr ExpressionParser::subscript(ExpressionPtr object) {
  const int line = object->line;
  Slice slice{nullptr, nullptr, nullptr, nullptr};
  if (!at_symbol(":")) slice.start = expression();
  if (accept_symbol("]")) {
    if (!slice.start) fail("expected a subscript");
    const int below = std::max(height(object), height(slice.start));
    return make(Subscript{std::move(object), std::move(slice.start)}, line, below);
  }
  if (at_symbol(",")) {
    ListDisplay key{{}, Flavour::tuple};
    int below = height(slice.start);
    key.items.push_back(std::move(slice.start));
    while (accept_symbol(",")) {
      key.items.push_back(expression());
      below = std::max(below, height(key.items.back()));
    }
    expect_symbol("]");
    below = std::max(below + 1, height(object));
    return make(Subscript{std::move(object), make(std::move(key), line, below)}, line, below + 1);
  }
  expect_symbol(":");
  if (!at_symbol(":") && !at_symbol("]")) slice.stop = expression();
  if (accept_symbol(":") && !at_symbol("]")) slice.step = expression();
  expect_symbol("]");
  const int below = std::max({height(object), height(slice.start), height(slice.stop), height(slice.step)});
  slice.object = std::move(object);
  return make(std::move(slice), line, below);
}

CallArguments ExpressionParser::arguments(int& below) {
  CallArguments result;
  const auto value = [&] {
    ExpressionPtr parsed = expression();
    below = std::max(below, height(parsed));
    return parsed;
  };
  while (!at_symbol(")")) {
    if (accept_symbol("**")) {
      if (result.more_keywords) fail("a second ** in one call");
      result.more_keywords = value();
    } else if (accept_symbol("*")) {
      if (result.more_positional) fail("a second * in one call");
      result.more_positional = value();
    } else if (current().kind == TokenKind::name && is(ahead(), TokenKind::symbol, "=")) {
      std::string name = take().value;
      take();
      result.keywords.emplace_back(std::move(name), value());
    } else {
      if (!result.keywords.empty() || result.more_keywords) fail("a positional argument after one by name");
      result.positional.push_back(value());
    }
    if (!accept_symbol(",")) break;
  }
  expect_symbol(")");
  return result;
}

ExpressionPtr ExpressionParser::call(ExpressionPtr callee) {
  const int line = callee->line;
  int below = height(callee);
  CallArguments given = arguments(below);
  return make(Call{std::move(callee), std::move(given)}, line, below);
}

ExpressionPtr ExpressionParser::filters(ExpressionPtr value, bool first_without_bar) {
  if (first_without_bar) value = filter(std::move(value));
  while (true) {
    if (accept_symbol("|")) {
      value = filter(std::move(value));
    } else if (accept_name("is")) {
      value = test(std::move(value));
    } else if (accept_symbol("(")) {
      value = call(std::move(value));
    } else {
      return value;
    }
  }
}

ExpressionPtr ExpressionParser::filter(ExpressionPtr input) {
  const int line = current().place.line;
  std::string name = expect_dotted_name();
  int below = height(input);
  CallArguments given;
  if (accept_symbol("(")) given = arguments(below);
  const Builtin function = find_filter(name);
  return make(Filter{std::move(input), std::move(name), function, std::move(given)}, line, below);
}

ExpressionPtr ExpressionParser::test(ExpressionPtr input) {
  const int line = current().place.line;
  const bool negated = accept_name("not");
  std::string name = expect_dotted_name();
  int below = height(input);
  CallArguments given;
  const TokenKind next = current().kind;
  const bool continues = at_name("else") || at_name("or") || at_name("and") || at_name("if");
  if (accept_symbol("(")) {
    given = arguments(below);
  } else if (at_symbol("[") || at_symbol("{") || next == TokenKind::string || next == TokenKind::integer ||
             next == TokenKind::real || (next == TokenKind::name && !continues)) {
    if (at_name("is")) fail("tests cannot be chained with 'is'");
    given.positional.push_back(postfix(primary()));
    below = std::max(below, height(given.positional.back()));
  }
  const Builtin function = find_test(name);
  ExpressionPtr result = make(Test{std::move(input), std::move(name), function, std::move(given)}, line, below);
  if (!negated) return result;
  return make(Not{std::move(result)}, line, below + 1);
}

}  // namespace wick::jinja
