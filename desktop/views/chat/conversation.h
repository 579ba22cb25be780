#pragma once
// A conversation as the window keeps it: a tree of messages, of which one path shows.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/chat.h"
#include "views/chat/token_notes.h"

namespace wick::views {

struct AnswerStats {
  Index prompt_tokens = 0;
  Index reused_tokens = 0;  // of these, not read again
  Index generated_tokens = 0;
  Index vocabulary = 0;  // tokens that the model knows; 0 where the file does not tell
  double prompt_ms = 0, generate_ms = 0;
  double first_word_ms = 0;  // from sending to the first character
  bool operator==(const AnswerStats&) const = default;
};

/// One message. Turns of the same parent are versions of each other; one of them is chosen.
struct Turn {
  std::string id, parent;  // the first turn's parent is ""
  std::string role;        // "user" or "assistant"
  std::string text;
  double created = 0;  // ms since 1970
  TokenNotes tokens;   // of an answer
  std::optional<AnswerStats> stats;
  std::string problem;  // why an answer ended early, in words
  bool operator==(const Turn&) const = default;
};

/// What shows is the chosen path from the root on.
struct Conversation {
  std::string id, title;
  bool named = false;               // false while the title is only the beginning of the first message
  double created = 0, updated = 0;  // ms since 1970
  std::string system;
  std::map<std::string, Turn> turns;          // by id
  std::map<std::string, std::string> chosen;  // a turn, "" for the root, to the child that shows
  bool operator==(const Conversation&) const = default;
};

/// 128 random bits in hexadecimal.
std::string new_id();

Conversation create_conversation(std::string system, double now_ms);

/// The turns that show, first to last. They stay where they are until they are removed.
std::vector<const Turn*> path_of(const Conversation& conversation);

/// A turn and its other versions, oldest first; nothing for an unknown id.
std::vector<std::string> versions_of(const Conversation& conversation, std::string_view id);

/// Adds a turn as the chosen child of its parent, which is "" or in the conversation. It counts as the newest version
/// even if the clock was set back: its `created` is moved behind the others'.
Turn& add_turn(Conversation& conversation, Turn turn);

/// Shows a turn instead of its other versions.
void choose_turn(Conversation& conversation, std::string_view id);

/// Shows the version `step` places from this one, if there is one.
void step_version(Conversation& conversation, std::string_view id, int step);

/// Removes a turn with all that follows it; a remaining version is chosen.
void remove_turn(Conversation& conversation, std::string_view id);

/// The messages that lead to a turn and include it, the system prompt first if there is one.
std::vector<Message> messages_to(const Conversation& conversation, std::string_view id);

/// The first line of a message, cut at a word to at most 48 characters; "New conversation" where there is none.
std::string title_of(std::string_view text);

}  // namespace wick::views
