#include "views/chat/conversation_saver.h"

#include <exception>
#include <utility>

namespace wick::views {

ConversationSaver::ConversationSaver(std::string folder, std::function<void()> wake, std::chrono::milliseconds retry)
    : store_(std::move(folder)), wake_(std::move(wake)), retry_(retry), thread_([this] { run(); }) {}

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
  Lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !written_; });
}

std::optional<Conversation> ConversationSaver::unsaved(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  if (const auto waiting = waiting_.find(id); waiting != waiting_.end()) return waiting->second;
  if (written_ && written_->id == id) return written_;
  if (const auto failed = failed_.find(id); failed != failed_.end()) return failed->second.conversation;
  return std::nullopt;
}

std::optional<Conversation> ConversationSaver::forget(const std::string& id) {
  std::optional<Conversation> found = unsaved(id);
  const std::lock_guard lock(mutex_);
  waiting_.erase(id);
  failed_.erase(id);
  return found;
}

std::string ConversationSaver::problem() const {
  const std::lock_guard lock(mutex_);
  return failed_.empty() ? "" : failed_.begin()->second.problem + " It is saved as soon as that is possible.";
}

/// Writes one without the lock.
void ConversationSaver::write(Conversation conversation, Lock& lock) {
  written_ = std::move(conversation);
  lock.unlock();
  std::string problem;
  try {
    store_.save(*written_);
  } catch (const std::exception& e) {
    problem = e.what();
  }
  lock.lock();
  const auto before = failed_.find(written_->id);
  const bool news = problem != (before == failed_.end() ? "" : before->second.problem);
  if (problem.empty())
    failed_.erase(written_->id);
  else
    failed_.insert_or_assign(written_->id, Failure{*written_, problem});
  written_.reset();
  changed_.notify_all();
  if (!news) return;
  lock.unlock();
  wake_();
  lock.lock();
}

void ConversationSaver::run() {
  Lock lock(mutex_);
  const auto asked = [this] { return ending_ || !waiting_.empty(); };
  for (bool over = false; !over;) {
    if (failed_.empty())
      changed_.wait(lock, asked);
    else
      changed_.wait_for(lock, retry_, asked);
    over = ending_;  // what comes after it is written before the thread ends
    for (const auto& [id, failure] : failed_) waiting_.try_emplace(id, failure.conversation);
    while (!waiting_.empty()) write(std::move(waiting_.extract(waiting_.begin()).mapped()), lock);
  }
}

}  // namespace wick::views
