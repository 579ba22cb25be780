#include "models/renaming.h"

namespace wick {

std::string renamed(std::string name, std::span<const Renaming> renamings) {
  for (const auto& [from, to] : renamings) {
    if (const std::size_t at = name.find(from); at != std::string::npos) name.replace(at, from.size(), to);
  }
  return name;
}

}  // namespace wick
