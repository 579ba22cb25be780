#pragma once
// The folder that keeps the conversations, a JSON file each.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "views/chat/conversation_json.h"
#include "views/chat/conversation_list.h"

namespace wick::views {

/// A conversation's id is its file's name without ".json". A file is replaced as a whole: whenever the program is
/// killed, the old one or the new one is there. All of it throws Error (io) naming the file and what to do. Of one
/// thread.
class ConversationStore {
 public:
  /// The folder is made with the first conversation; nobody but its owner may look into it.
  explicit ConversationStore(std::string folder);

  /// Newest first. Reads the files that have changed since the last call, without their notes on tokens.
  std::vector<ConversationHead> heads() const;
  /// What the last heads() found that is no conversation, a sentence for each file. The files stay as they are.
  const std::vector<std::string>& problems() const { return problems_; }

  Conversation load(const std::string& id) const;
  void save(const Conversation& conversation);
  void remove(const std::string& id);
  /// Undoes remove() as long as the store lives; does nothing for one that was not removed.
  void restore(const std::string& id);

  /// Throws Error for an id that is no file name.
  std::string file_of(const std::string& id) const;

 private:
  struct Stamp {
    std::int64_t changed;  // the file system's clock
    std::uintmax_t bytes;
    bool operator==(const Stamp&) const = default;
  };
  /// What a file was like when it was read last.
  struct Known {
    Stamp stamp;
    std::optional<ConversationHead> head;
    std::string problem;  // where there is no head
  };
  Known look_at(const std::string& id, Stamp stamp) const;
  void write(const std::string& id, std::string_view text) const;

  std::string folder_;
  std::map<std::string, std::string> removed_;  // by id: the file
  mutable std::map<std::string, Known> known_;  // by id
  mutable std::vector<std::string> problems_;
};

}  // namespace wick::views
