#pragma once
// Keeps conversations on a thread of its own, so that no frame waits for a disk.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "views/chat/conversation_store.h"

namespace wick::views {

/// What cannot be written (the disk is full) is held and tried again from time to time, and with whatever is saved
/// next, until it is there.
class ConversationSaver {
 public:
  /// `wake` is called, from the thread, when problem() has changed. `retry`: the time between tries.
  ConversationSaver(std::string folder, std::function<void()> wake,
                    std::chrono::milliseconds retry = std::chrono::seconds(5));
  /// Writes what still waits.
  ~ConversationSaver();
  ConversationSaver(const ConversationSaver&) = delete;
  ConversationSaver& operator=(const ConversationSaver&) = delete;

  /// Writes a conversation soon; of one that waits already only the newest is written.
  void save(Conversation conversation);
  /// Waits until all that was given is on the disk or could not be written.
  void flush();
  /// The newest of a conversation that is not on the disk yet.
  std::optional<Conversation> unsaved(const std::string& id) const;
  /// The same, of one that is to be written no more. Call it after flush().
  std::optional<Conversation> forget(const std::string& id);
  /// Why a conversation is not on the disk; "" where all are.
  std::string problem() const;

 private:
  struct Failure {
    Conversation conversation;
    std::string problem;
  };
  using Lock = std::unique_lock<std::mutex>;
  void run();
  void write(Conversation conversation, Lock& lock);

  ConversationStore store_;
  std::function<void()> wake_;
  std::chrono::milliseconds retry_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Conversation> waiting_;  // by id
  std::map<std::string, Failure> failed_;        // the same; none that waits
  std::optional<Conversation> written_;          // now
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace wick::views
