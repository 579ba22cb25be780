// A file of a conversation from anywhere: one that is written and read again unchanged, or an Error.
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "views/chat/conversation_json.h"
#include "views/chat/conversation_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wick;
  using namespace wick::views;
  try {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Conversation conversation = conversation_from_json(text, "fuzz");
    const std::string file = conversation_file(conversation);
    if (!(conversation_from_json(file, "again") == conversation)) std::abort();
    conversation_from_json(to_json(conversation), "export");
    const std::string first = first_line_only(std::string_view(file).substr(0, file.find('\n')));
    const Conversation head = conversation_from_json(first, "head");
    if (head_of(head).words != head_of(conversation).words) std::abort();
    to_markdown(conversation);
    file_name_of(conversation, "md");
    for (const Turn* turn : path_of(conversation)) messages_to(conversation, turn->id);
    while (!conversation.turns.empty()) {
      const std::string id = conversation.turns.begin()->first;
      step_version(conversation, id, 1);
      remove_turn(conversation, id);
    }
  } catch (const Error&) {
  }
  return 0;
}
