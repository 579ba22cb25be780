#pragma once

namespace wick::app {

/// Whether the desktop asks for dark windows.
bool system_prefers_dark();

}  // namespace wick::app
