#include "views/transcribe/listener.h"

#include <chrono>
#include <thread>
#include <utility>

namespace wick::views {

void Listener::look_for_microphones() {
  if (std::exchange(looking_, true)) return;
  worker_.start(
      [this, list = devices_.microphones](const Worker::Turn& turn) {
        turn.post([this, found = list()] { microphones_ = found; });
        return false;
      },
      [](const std::string&) {});  // told where one is wanted
}

void Listener::start(const std::string& microphone, const std::string& path, std::shared_ptr<SoundQueue> into,
                     Calls calls) {
  if (on()) return;
  stop_ = std::make_shared<std::atomic<bool>>(false);
  Hearing hearing{.open = [open = devices_.microphone, microphone] { return open(microphone); },
                  .opened =
                      [this, opened = std::move(calls.opened)] {
                        opened_ = true;
                        opened();
                      },
                  .path = path,
                  .into = std::move(into),
                  .stop = stop_};
  worker_.start(hear_steps(std::move(hearing),
                           [this, heard = std::move(calls.heard)](SoundPart&& part) {
                             level_ = part.level;
                             if (part.over) end();
                             heard(std::move(part));
                           }),
                [this, failed = std::move(calls.failed)](const std::string& message) {
                  end();
                  failed(message);
                });
}

void Listener::stop() {
  if (stop_) *stop_ = true;
}

void Listener::finish() {
  stop();
  while (on()) {
    worker_.deliver();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void Listener::end() {
  stop_.reset();
  opened_ = false;
  level_ = {};
}

}  // namespace wick::views
