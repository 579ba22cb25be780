#pragma once
// Names of one program's tensors as another program's, by a list of what to replace.
#include <span>
#include <string>
#include <string_view>

namespace wick {

struct Renaming {
  std::string_view from, to;
};

/// The name with the first `from` of each renaming replaced, in their order: a longer one stands before one that it
/// contains.
std::string renamed(std::string name, std::span<const Renaming> renamings);

}  // namespace wick
