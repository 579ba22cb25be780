#include "system_theme.h"

#include <cstdlib>
#include <string_view>

namespace wick::app {

bool system_prefers_dark() {
  const char* const theme = std::getenv("GTK_THEME");
  return theme && std::string_view(theme).find("dark") != std::string_view::npos;
}

}  // namespace wick::app
