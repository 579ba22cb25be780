// Settings from anywhere: defaults stand for what makes no sense, and what is kept is read again as it was.
#include <cstdlib>
#include <string>

#include "views/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wick::views;
  const Settings settings = parse_settings(std::string(reinterpret_cast<const char*>(data), size));
  const std::string kept = to_json(settings);
  if (!(parse_settings(kept) == settings) || to_json(parse_settings(kept)) != kept) std::abort();
  if (settings.scale != 0 && settings.scale < 0.5F) std::abort();
  return 0;
}
