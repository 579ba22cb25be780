#pragma once
// Python's str, on UTF-8: positions and lengths count characters, not bytes.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wick::jinja {

/// A byte that goes on with a character; any other starts one, so invalid UTF-8 is still cut somewhere sensible.
inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::size_t character_count(std::string_view text);
/// The byte where the character after the one at byte `at` begins.
std::size_t next_character(std::string_view text, std::size_t at);
/// The byte where character `index` begins; the size of the text if there are fewer.
std::size_t byte_of(std::string_view text, std::size_t index);
std::vector<std::string_view> characters(std::string_view text);
/// As std::string::find and rfind, in linear time whatever the two texts are.
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t from = 0);
std::size_t rfind_text(std::string_view text, std::string_view wanted);
/// U+FFFD for an invalid character.
char32_t decode_character(std::string_view character);
void append_character(std::string& text, char32_t code);

/// Python's str.isspace of one character.
bool is_space(char32_t code);
/// Without whitespace, or without the characters of `set`, at its ends.
std::string_view strip(std::string_view text, bool left, bool right);
std::string_view strip(std::string_view text, bool left, bool right, std::string_view set);
std::vector<std::string_view> split_lines(std::string_view text, bool keep_ends = false);
std::vector<std::string_view> split_whitespace(std::string_view text, std::int64_t limit, bool from_right);
std::vector<std::string_view> split_at(std::string_view text, std::string_view separator, std::int64_t limit,
                                       bool from_right);

std::string upper(std::string_view text);
std::string lower(std::string_view text);
/// The first character upper, the rest lower.
std::string capitalize(std::string_view text);
/// As str.title: every letter after a non-letter upper, the others lower.
std::string title(std::string_view text);
bool is_letter(char32_t code);

/// Python's repr of a string and of a float.
std::string quote(std::string_view text);
std::string format_real(double value);
/// Python's float(str) and int(str, base); false if it is none.
bool parse_real(std::string_view text, double& value);
bool parse_integer(std::string_view text, int base, std::int64_t& value);

}  // namespace wick::jinja
