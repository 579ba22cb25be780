#pragma once
// The folder that keeps the conversations, a JSON file each.
#include <string>
#include <vector>

#include "views/chat/conversation_json.h"
#include "views/chat/conversation_list.h"
#include "views/json_folder.h"

namespace wick::views {

/// As JsonFolder. Of one thread.
class ConversationStore {
 public:
  explicit ConversationStore(std::string folder) : files_(std::move(folder), "conversation") {}

  /// Newest first. Reads the files that have changed since the last call, without their notes on tokens.
  std::vector<ConversationHead> heads() const;
  /// What the last heads() found that is no conversation, a sentence for each file. The files stay as they are.
  const std::vector<std::string>& problems() const { return heads_.problems(); }

  Conversation load(const std::string& id) const;
  void save(const Conversation& conversation);
  void remove(const std::string& id);
  /// Undoes remove() as long as the store lives; does nothing for one that was not removed.
  void restore(const std::string& id);

  /// Throws Error for an id that is no file name.
  std::string file_of(const std::string& id) const { return files_.file_of(id); }

 private:
  ConversationHead read_head(const std::string& id) const;

  JsonFolder files_;
  mutable JsonHeads<ConversationHead> heads_;
};

}  // namespace wick::views
