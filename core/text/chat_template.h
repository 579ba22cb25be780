#pragma once
// The Jinja that model repositories write their chat templates in.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace wick {

/// A compiled template: the statements, filters, tests and methods that chat templates use, with jinja2's results
/// (trim_blocks and lstrip_blocks on, as transformers sets them).
class ChatTemplate {
 public:
  /// Throws Error with line and column for a syntax error or what is not supported. `name` is for messages.
  explicit ChatTemplate(std::string_view source, std::string name = "chat template");

  /// Renders with these variables: messages, add_generation_prompt, bos_token, eos_token, tools, enable_thinking, ...
  /// Throws Error for an undefined operation, for the template's own raise_exception, and past a bound on output and
  /// steps, so that a hostile template ends.
  std::string render(const nlohmann::ordered_json& variables) const;

 private:
  struct Program;
  std::shared_ptr<const Program> program_;
};

}  // namespace wick
