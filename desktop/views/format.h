#pragma once
// Figures as the pages write them: with a unit, three figures.
#include <cstdint>
#include <string>

#include "core/text/byte_words.h"

namespace wick::views {

using wick::bytes_of_words;
using wick::bytes_words;
/// "49,147"
std::string count_words(std::int64_t count);
/// "18 s", "3 min 20 s", "1 h 5 min"
std::string duration_words(double seconds);
/// "58.9 %"
std::string percent_words(double share);
/// "41.8 tokens/s"; nothing where no time has passed.
std::string rate_words(std::int64_t tokens, double ms);

}  // namespace wick::views
