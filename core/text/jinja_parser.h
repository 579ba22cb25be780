#pragma once
#include <string_view>

#include "core/text/jinja_ast.h"

namespace wick::jinja {

/// Throws Error("LINE:COLUMN: ...") for a syntax error, a tag that is not supported, or nesting too deep to evaluate.
Template parse(std::string_view source);

}  // namespace wick::jinja
