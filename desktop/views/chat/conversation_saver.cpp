#include "views/chat/conversation_saver.h"

#include <exception>
#include <utility>

namespace wick::views {

ConversationSaver::ConversationSaver(std::string folder, std::function<void()> wake)
    : store_(std::move(folder)), wake_(std::move(wake)), thread_([this] { run(); }) {}

ConversationSaver::~ConversationSaver() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void ConversationSaver::save(Conversation conversation) {
  {
    const std::lock_guard lock(mutex_);
    std::string id = conversation.id;
    waiting_.insert_or_assign(std::move(id), std::move(conversation));
  }
  changed_.notify_all();
}

void ConversationSaver::flush() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !writing_; });
}

std::string ConversationSaver::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void ConversationSaver::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Conversation conversation = std::move(waiting_.extract(waiting_.begin()).mapped());
    writing_ = true;
    lock.unlock();
    std::string problem;
    try {
      store_.save(conversation);
    } catch (const std::exception& e) {
      problem = e.what();
    }
    lock.lock();
    writing_ = false;
    const bool news = problem != problem_;
    problem_ = std::move(problem);
    changed_.notify_all();
    if (news) {
      lock.unlock();
      wake_();
      lock.lock();
    }
  }
}

}  // namespace wick::views
