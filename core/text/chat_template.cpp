#include "core/text/chat_template.h"

#include "core/error.h"
#include "core/text/jinja_interpreter.h"
#include "core/text/jinja_parser.h"

namespace wick {

struct ChatTemplate::Program {
  std::string name;
  jinja::Template parsed;
};

ChatTemplate::ChatTemplate(std::string_view source, std::string name) {
  auto program = std::make_shared<Program>();
  program->name = std::move(name);
  try {
    program->parsed = jinja::parse(source);
  } catch (const Error& error) {
    throw Error("{}:{}", program->name, error.what());
  }
  program_ = std::move(program);
}

std::string ChatTemplate::render(const nlohmann::ordered_json& variables) const {
  try {
    return jinja::Interpreter(program_->parsed, variables).render();
  } catch (const Error& error) {
    throw Error("{}: {}", program_->name, error.what());
  }
}

}  // namespace wick
