#pragma once
// Keeps conversations on a thread of its own, so that no frame waits for a disk.
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "views/chat/conversation_store.h"

namespace wick::views {

class ConversationSaver {
 public:
  /// `wake` is called, from the thread, when problem() has changed.
  ConversationSaver(std::string folder, std::function<void()> wake);
  /// Writes what still waits.
  ~ConversationSaver();
  ConversationSaver(const ConversationSaver&) = delete;
  ConversationSaver& operator=(const ConversationSaver&) = delete;

  /// Writes a conversation soon; of one that waits already only the newest is written.
  void save(Conversation conversation);
  /// Waits until all that was given is on the disk or could not be written.
  void flush();
  /// Why the last one is not on the disk; "" where it is.
  std::string problem() const;

 private:
  void run();

  ConversationStore store_;
  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Conversation> waiting_;  // by id
  std::string problem_;
  bool writing_ = false, ending_ = false;
  std::thread thread_;
};

}  // namespace wick::views
