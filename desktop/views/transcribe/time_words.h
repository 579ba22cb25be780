#pragma once
// Places in a recording and how fast one goes through it, in words.
#include <string>

namespace wick::views {

/// "3:07" or "1:02:03": a place in a recording.
std::string clock_words(double seconds);
/// With tenths: "12:41.0".
std::string clock_tenths(double seconds);
/// "14 × real time", "0.6 × real time"; nothing for a rate that is not known.
std::string real_time_words(double rate);

}  // namespace wick::views
