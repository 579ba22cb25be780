#pragma once
// Conversations as text: the file that keeps one, what the web page exports and reads, and Markdown to read.
#include <string>
#include <string_view>

#include "views/chat/conversation.h"

namespace wick::views {

/// Reads what conversation_file or to_json wrote, here or on the web page, or a list of messages as `wick chat` saves
/// it. A turn is kept only with its parents; where the file does not say which version shows, it is the newest; notes
/// that do not fit their text are left out. Throws Error, naming `source`, if the text is no conversation or of a
/// newer version.
Conversation conversation_from_json(std::string_view text, std::string_view source);

/// The same as a conversation of its own: with a new id, so that a file opened twice is two, and with the time `now_ms`
/// where the file tells none.
Conversation import_conversation(std::string_view text, std::string_view source, double now_ms);

/// All of a conversation. The first line has everything but the notes on tokens, so that a list of many conversations
/// reads no more than that: first_line_only makes JSON of it again. Bytes that are no UTF-8 become U+FFFD.
std::string conversation_file(const Conversation& conversation);
/// A conversation_file without its notes, from its first line; "" if the line is of another kind of file.
std::string first_line_only(std::string_view line);

/// The whole tree with all versions, without the token alternatives: what the web page exports.
std::string to_json(const Conversation& conversation);
/// The chosen path as a Markdown document.
std::string to_markdown(const Conversation& conversation);
/// A file name that every system takes, of a title's letters and digits.
std::string file_name_of(std::string_view title, std::string_view extension);
inline std::string file_name_of(const Conversation& conversation, std::string_view extension) {
  return file_name_of(conversation.title, extension);
}

}  // namespace wick::views
