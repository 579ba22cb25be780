#include "core/text/jinja_parser.h"

#include <algorithm>

#include "core/error.h"
#include "core/text/jinja_expression_parser.h"

namespace wick::jinja {
namespace {

using Ends = std::initializer_list<std::string_view>;

class StatementParser : private ExpressionParser {
 public:
  explicit StatementParser(std::vector<Token> tokens) : ExpressionParser(std::move(tokens)) {}

  Template run() {
    Template result;
    result.body = block({});
    result.names = std::move(names_);
    return result;
  }

 private:
  /// Statements up to a tag that begins with one of `ends`; that name is the current token then.
  Block block(Ends ends) {
    const Nesting nesting(*this);
    Block statements;
    while (current().kind != TokenKind::end) {
      const int line = current().place.line;
      if (current().kind == TokenKind::text) {
        statements.push_back({Output{take().value}, line});
      } else if (current().kind == TokenKind::print_begin) {
        take();
        statements.push_back({Print{tuple()}, line});
        expect(TokenKind::print_end);
      } else {
        take();  // the beginning of a tag
        if (std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return at_name(end); }))
          return statements;
        statements.push_back({statement(), line});
        expect(TokenKind::block_end);
      }
    }
    if (ends.size() > 0) fail(fmt::format("the template ends before '{}'", *(ends.end() - 1)));
    return statements;
  }

  /// The block of a tag, after which `end` is taken.
  Block body(std::string_view end) {
    expect(TokenKind::block_end);
    Block result = block({end});
    take();
    return result;
  }

  void expect(TokenKind kind) {
    if (current().kind != kind) fail(fmt::format("expected the end of the tag, found '{}'", current().value));
    take();
  }

  decltype(Statement::node) statement() {
    if (accept_name("if")) return if_tag();
    if (accept_name("for")) return for_tag();
    if (accept_name("set")) return set_tag();
    if (accept_name("macro")) return macro_tag();
    if (accept_name("call")) return call_tag();
    if (accept_name("with")) return with_tag();
    if (accept_name("generation")) return With{{}, body("endgeneration")};
    if (accept_name("filter")) {
      ExpressionPtr filter = filters(nullptr, true);
      return FilterBlock{std::move(filter), body("endfilter")};
    }
    if (at_name("break") || at_name("continue")) {
      if (loops_ == 0) fail(fmt::format("'{}' outside of a loop", current().value));
      if (take().value == "break") return Break{};
      return Continue{};
    }
    fail(fmt::format("unknown or unsupported tag '{}'", current().value));
  }

  If if_tag() {
    If result;
    while (true) {
      ExpressionPtr test = tuple(false);
      expect(TokenKind::block_end);
      result.branches.emplace_back(std::move(test), block({"elif", "else", "endif"}));
      if (accept_name("elif")) continue;
      if (accept_name("else")) {
        expect(TokenKind::block_end);
        result.otherwise = block({"endif"});
      }
      expect_name("endif");
      return result;
    }
  }

  For for_tag() {
    For result;
    result.target = target("in");
    expect_name("in");
    result.iterable = tuple(false, "recursive");
    if (accept_name("if")) result.filter = expression();
    result.recursive = accept_name("recursive");
    expect(TokenKind::block_end);
    ++loops_;
    result.body = block({"else", "endfor"});
    --loops_;
    if (accept_name("else")) {
      expect(TokenKind::block_end);
      result.otherwise = block({"endfor"});
    }
    expect_name("endfor");
    return result;
  }

  decltype(Statement::node) set_tag() {
    Target to = target();
    if (accept_symbol("=")) return Set{std::move(to), tuple()};
    ExpressionPtr filter;
    if (accept_symbol("|")) filter = filters(nullptr, true);
    return SetBlock{std::move(to), std::move(filter), body("endset")};
  }

  void signature(MacroDefinition& macro) {
    expect_symbol("(");
    while (!at_symbol(")")) {
      const std::string name = expect_identifier();
      macro.parameters.push_back(intern(name));
      macro.parameter_names.push_back(name);
      if (accept_symbol("=")) {
        macro.defaults.push_back(expression());
      } else if (!macro.defaults.empty()) {
        fail("a parameter without default after one with");
      }
      if (!accept_symbol(",")) break;
    }
    expect_symbol(")");
  }

  std::shared_ptr<const MacroDefinition> macro_body(std::shared_ptr<MacroDefinition> macro, std::string_view end) {
    MacroDefinition* outer = std::exchange(macro_, macro.get());
    const int outer_loops = std::exchange(loops_, 0);
    for (const char* name : {"caller", "varargs", "kwargs"}) intern(name);
    macro->body = body(end);
    macro_ = outer;
    loops_ = outer_loops;
    return macro;
  }

  Macro macro_tag() {
    auto macro = std::make_shared<MacroDefinition>();
    macro->name = expect_identifier();
    const Symbol symbol = intern(macro->name);
    signature(*macro);
    return Macro{symbol, macro_body(std::move(macro), "endmacro")};
  }

  CallBlock call_tag() {
    auto caller = std::make_shared<MacroDefinition>();
    caller->name = "caller";
    if (at_symbol("(")) signature(*caller);
    ExpressionPtr call = expression();
    if (!std::holds_alternative<Call>(call->node)) fail("expected a call");
    return CallBlock{macro_body(std::move(caller), "endcall"), std::move(call)};
  }

  With with_tag() {
    With result;
    while (current().kind != TokenKind::block_end) {
      Target to = target();
      expect_symbol("=");
      result.values.emplace_back(std::move(to), expression());
      if (!accept_symbol(",")) break;
    }
    result.body = body("endwith");
    return result;
  }

  int loops_ = 0;
};

}  // namespace

Template parse(std::string_view source) { return StatementParser(tokenize(source)).run(); }

}  // namespace wick::jinja
