#pragma once
// The expression half of the parser, by recursive descent along jinja2's grammar.
#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/text/jinja_ast.h"
#include "core/text/jinja_lexer.h"

namespace wick::jinja {

class ExpressionParser {
 protected:
  explicit ExpressionParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& current() const { return tokens_[at_]; }
  const Token& ahead() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  Token take() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }
  bool at_symbol(std::string_view symbol) const { return is(current(), TokenKind::symbol, symbol); }
  bool at_name(std::string_view name) const { return is(current(), TokenKind::name, name); }
  bool accept_symbol(std::string_view symbol) { return at_symbol(symbol) && (take(), true); }
  bool accept_name(std::string_view name) { return at_name(name) && (take(), true); }
  void expect_symbol(std::string_view symbol);
  void expect_name(std::string_view name);
  std::string expect_identifier();
  std::string expect_dotted_name();
  [[noreturn]] void fail(const std::string& what) const;
  Symbol intern(const std::string& name);

  ExpressionPtr expression(bool with_condition = true);
  /// One expression, or a tuple if there are commas. Ends before the name `until`, if that is not empty.
  ExpressionPtr tuple(bool with_condition = true, std::string_view until = {});
  Target target(std::string_view until = {});
  /// name(arguments) | name ... on `input`
  ExpressionPtr filters(ExpressionPtr input, bool first_without_bar = false);

  /// Held while something nested is parsed; throws past the bound.
  class Nesting {
   public:
    explicit Nesting(ExpressionParser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kMostNesting) parser_.fail("this is nested too deeply");
    }
    ~Nesting() { --parser_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    ExpressionParser& parser_;
  };

  std::vector<std::string> names_;
  MacroDefinition* macro_ = nullptr;  // the innermost one being parsed

 private:
  static constexpr int kMostNesting = 200;
  static constexpr int kMostHeight = 300;

  static bool is(const Token& token, TokenKind kind, std::string_view value) {
    return token.kind == kind && token.value == value;
  }
  template <class Node>
  ExpressionPtr make(Node node, int line, int height_below);
  ExpressionPtr literal(Value value);
  ExpressionPtr text_literal(std::string text);
  ExpressionPtr binary(Arithmetic operation, ExpressionPtr left, ExpressionPtr right);

  ExpressionPtr disjunction();
  ExpressionPtr conjunction();
  ExpressionPtr negation();
  ExpressionPtr comparison();
  ExpressionPtr sum();
  ExpressionPtr concatenation();
  ExpressionPtr product();
  ExpressionPtr power();
  ExpressionPtr unary(bool with_filters);
  ExpressionPtr primary();
  ExpressionPtr name_or_constant();
  ExpressionPtr parenthesis();
  ExpressionPtr list();
  ExpressionPtr dict();
  ExpressionPtr postfix(ExpressionPtr object, bool calls = true);
  ExpressionPtr subscript(ExpressionPtr object);
  ExpressionPtr call(ExpressionPtr callee);
  ExpressionPtr filter(ExpressionPtr input);
  ExpressionPtr test(ExpressionPtr input);
  CallArguments arguments(int& height);
  bool at_tuple_end(std::string_view until) const;

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::unordered_map<std::string, Symbol> symbols_;
  int nesting_ = 0;
};

}  // namespace wick::jinja
