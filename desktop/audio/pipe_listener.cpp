#include "audio/pipe_listener.h"

#include <exception>

#include "core/audio/log_mel.h"

namespace wick {

PipeListener::PipeListener(std::shared_ptr<Pipe> pipe)
    : pipe_(std::move(pipe)), file_(pipe_), thread_([this] { read(); }) {}

void PipeListener::read() {
  constexpr std::size_t kPiece = kSampleRate / 10, kMostKept = 60 * kSampleRate;
  std::string failure;
  try {
    for (std::vector<float> piece; !(piece = file_.read(kPiece)).empty();) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return heard_.size() < kMostKept || stopped_; });
      heard_.insert(heard_.end(), piece.begin(), piece.end());
    }
  } catch (const std::exception& error) {
    failure = error.what();
  }
  const std::lock_guard lock(mutex_);
  failure_ = failure;
  ended_ = true;
}

std::optional<std::vector<float>> PipeListener::take() {
  const std::lock_guard lock(mutex_);
  if (heard_.empty() && ended_) return std::nullopt;
  std::vector<float> taken;
  taken.swap(heard_);
  changed_.notify_one();
  return taken;
}

void PipeListener::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = stopped_ || !ended_;
  }
  pipe_->stop();
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::string PipeListener::broken() {
  stop();
  if (stopped_) return {};
  return failure_.empty() ? file_.broken() : failure_;
}

}  // namespace wick
