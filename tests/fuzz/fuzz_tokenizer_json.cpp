// A tokenizer.json from anywhere, then a line break's worth of text after a zero byte: loads and encodes, or an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "core/text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t zero = input.find('\0');
  const std::string_view text = zero == std::string_view::npos ? "Hello <s> w\u00F6rld 12" : input.substr(zero + 1);
  try {
    const wick::Tokenizer tokenizer = wick::Tokenizer::from_json(input.substr(0, zero), "t.json");
    for (const bool special : {false, true}) {
      const auto ids = tokenizer.encode(text, {.add_special = special, .parse_special = special});
      for (wick::TokenId id : ids) {
        if (id < 0 || id >= tokenizer.size()) std::abort();
      }
      tokenizer.decode(ids, special);
    }
  } catch (const wick::Error&) {
  }
  return 0;
}
