#pragma once
// Sizes as people read them: decimal units, three figures.
#include <string>

namespace wick {

/// "98.4 MB"
std::string bytes_words(double bytes);
/// "301 of 639 MB": both in the unit of the whole.
std::string bytes_of_words(double done, double total);

}  // namespace wick
