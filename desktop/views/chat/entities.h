#pragma once
#include <string_view>

namespace wick::views {

/// The characters of an HTML named character ("amp", "NotEqualTilde"), one or two; none for an unknown name.
std::u32string_view named_characters(std::string_view name);

}  // namespace wick::views
