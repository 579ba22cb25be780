// A template from anywhere, rendered with a small conversation: ends, with text or an Error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/error.h"
#include "core/text/chat_template.h"

namespace {

const nlohmann::ordered_json& variables() {
  static const auto value = nlohmann::ordered_json::parse(R"({
    "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "Grüße 世界\n"},
                 {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f", "arguments": {"a": [1.5]}}}]}],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "add_generation_prompt": true, "bos_token": "<s>", "eos_token": "</s>", "n": -7, "s": "text"})");
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;  // the bounds on work hold for any size; short inputs find more
  try {
    wick::ChatTemplate({reinterpret_cast<const char*>(data), size}).render(variables());
  } catch (const wick::Error&) {
  }
  return 0;
}
