#pragma once
// GPT-2's way to write any byte as a printable character, so that a vocabulary is text: the bytes that print as
// themselves in Latin-1 stay, the other 68 become U+0100 and following, in order.
#include <cstdint>
#include <string>
#include <string_view>

namespace wick::text {

/// The characters for these bytes.
std::string to_alphabet(std::string_view bytes);
/// The bytes that these characters stand for; what is no such character stays as it is.
std::string from_alphabet(std::string_view text);

}  // namespace wick::text
