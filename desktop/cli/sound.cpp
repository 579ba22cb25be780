#include "sound.h"

#include <chrono>
#include <thread>

#include "audio/audio_file.h"
#include "audio/microphone.h"
#include "audio/pipe_listener.h"
#include "core/audio/log_mel.h"
#include "core/clock.h"
#include "core/error.h"
#include "interrupt.h"

namespace wick::cli {
namespace {

using Samples = std::optional<std::vector<float>>;

void wait_a_little() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

/// `read` gives the next samples of a file that has some left.
Sound sound_of(const std::string& path, const std::function<std::vector<float>(AudioFile&)>& read) {
  const auto file = std::make_shared<AudioFile>(open_audio(path));
  const std::string name = path == "-" ? "standard input" : path;
  if (file->ended()) {
    throw Error("{}", file->broken().empty() ? name + ": the recording is empty" : file->broken());
  }
  return {.name = name,
          .seconds = file->seconds(),
          .next = [file, read] { return file->ended() ? Samples() : read(*file); },
          .broken = [file] { return SoundBreak{!file->broken().empty(), file->broken()}; }};
}

}  // namespace

Sound file_sound(const std::string& path) {
  constexpr std::size_t kAtOnce = 30 * kSampleRate;
  return sound_of(path, [](AudioFile& file) { return file.read(kAtOnce); });
}

Sound played_sound(const std::string& path, double speed) {
  std::size_t played = 0;
  std::optional<double> began_ms;
  Sound sound = sound_of(path, [=](AudioFile& file) mutable {
    if (!began_ms) began_ms = now_ms();
    wait_a_little();
    const auto due = static_cast<std::size_t>((now_ms() - *began_ms) / 1e3 * speed * kSampleRate);
    const std::vector<float> samples = file.read(due - played);
    played = due;
    return samples;
  });
  sound.next = [next = std::move(sound.next)] { return interrupts() > 0 ? Samples() : next(); };
  return sound;
}

Sound piped_sound(const std::shared_ptr<Pipe>& pipe) {
  const auto listener = std::make_shared<PipeListener>(pipe);
  const auto next = [listener]() -> Samples {
    wait_a_little();
    if (interrupts() > 0) listener->stop();
    return listener->take();
  };
  const auto broken = [listener] { return SoundBreak{!listener->broken().empty(), listener->broken()}; };
  return {.name = pipe->name(), .next = next, .broken = broken};
}

Sound microphone_sound(const std::string& device) {
  const auto microphone = std::make_shared<Microphone>(device);
  const auto gone = std::make_shared<bool>(false);
  const auto next = [=, ended = false]() mutable -> Samples {
    if (ended) return std::nullopt;
    wait_a_little();
    *gone = !microphone->is_listening();
    ended = *gone || interrupts() > 0;
    return microphone->read(ended);
  };
  const auto broken = [=]() -> SoundBreak {
    if (*gone) return {true, "the microphone has gone; what it heard before is kept"};
    const double lost = microphone->lost_seconds();
    if (lost == 0) return {};
    return {false, fmt::format("{:.1f} s were spoken faster than this machine could follow and are lost: a smaller "
                               "model or `--beam 1` is faster",
                               lost)};
  };
  return {.name = "the microphone", .next = next, .broken = broken};
}

}  // namespace wick::cli
