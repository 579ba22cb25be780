#pragma once
// What stands for letters that no common face shows: pictures for emoji, nothing for what has no look of its own, a box
// for the rest.
#include <imgui.h>

#include <cstdint>
#include <string>

namespace wick::app {

/// Whether a letter only acts on others, and has no look: a joiner, a mark of direction, a variation or skin tone.
bool has_no_look(std::uint32_t letter);

/// Adds the substitutes to a face, behind what it has itself.
void add_substitutes(ImFont* font);
/// From now on a letter is a picture of that face, or a box where there is none ("").
void substitute(std::uint32_t letter, const std::string& path, int index);

}  // namespace wick::app
