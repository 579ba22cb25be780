#include "views/chat/conversation_store.h"

namespace wick::views {

/// Of the first line where the notes on tokens stand behind it, else of the whole file.
ConversationHead ConversationStore::read_head(const std::string& id) const {
  std::string text = first_line_only(files_.read_line(id));
  if (text.empty()) text = files_.read(id);
  ConversationHead head = head_of(conversation_from_json(text, file_of(id)));
  head.id = id;
  return head;
}

std::vector<ConversationHead> ConversationStore::heads() const {
  return heads_.read(files_, [this](const std::string& id) { return read_head(id); });
}

Conversation ConversationStore::load(const std::string& id) const {
  Conversation conversation = conversation_from_json(files_.read(id), file_of(id));
  conversation.id = id;
  return conversation;
}

void ConversationStore::save(const Conversation& conversation) {
  files_.write(conversation.id, conversation_file(conversation));
  files_.forget_removed(conversation.id);
  heads_.forget(conversation.id);
}

void ConversationStore::remove(const std::string& id) {
  if (files_.remove(id)) heads_.forget(id);
}

void ConversationStore::restore(const std::string& id) {
  if (files_.restore(id)) heads_.forget(id);
}

}  // namespace wick::views
