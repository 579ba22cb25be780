#include "audio/microphone.h"

#include <algorithm>
#include <array>
#include <optional>

#include "audio/mix.h"
#include "audio/port_audio.h"
#include "audio/resampler.h"
#include "audio/sample_queue.h"
#include "core/audio/log_mel.h"

namespace wick {
namespace {

constexpr std::size_t kSecondsKept = 60;
constexpr const char* kConnect = "connect one, or let this program use it (on Linux by the group “audio”)";
constexpr const char* kHowToList = "`wick transcribe --list-devices` shows what there is";

std::string no_sound() { return fmt::format("no microphone: this system's sound does not answer; {}", kConnect); }

std::vector<PaDeviceIndex> inputs() {
  std::vector<PaDeviceIndex> found;
  for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); ++i) {
    if (Pa_GetDeviceInfo(i)->maxInputChannels > 0) found.push_back(i);
  }
  return found;
}

PaDeviceIndex find(const std::string& name) {
  const std::vector<PaDeviceIndex> all = inputs();
  if (all.empty()) {
    throw Error(ErrorKind::io,
                fmt::format("no microphone: this system shows no sound device to listen to; {}", kConnect));
  }
  if (name.empty()) {
    const PaDeviceIndex own = Pa_GetDefaultInputDevice();
    return own == paNoDevice ? all.front() : own;
  }
  std::vector<PaDeviceIndex> matching;
  for (const PaDeviceIndex device : all) {
    const std::string_view full = Pa_GetDeviceInfo(device)->name;
    if (full == name) return device;
    if (full.find(name) != std::string_view::npos) matching.push_back(device);
  }
  if (matching.size() == 1) return matching.front();
  throw Error("--input-device {}: {} device of that name; {}", name, matching.empty() ? "no" : "more than one",
              kHowToList);
}

}  // namespace

std::vector<InputDevice> input_devices() {
  const PortAudio library(no_sound());
  const std::lock_guard lock(PortAudio::mutex());
  std::vector<InputDevice> devices;
  for (const PaDeviceIndex i : inputs()) {
    const PaDeviceInfo& device = *Pa_GetDeviceInfo(i);
    devices.push_back(
        {device.name, device.maxInputChannels, device.defaultSampleRate, i == Pa_GetDefaultInputDevice()});
  }
  return devices;
}

struct Microphone::State {
  PortAudio library{no_sound()};
  int channels = 1, rate = static_cast<int>(kSampleRate);
  std::optional<SampleQueue> heard;  // the channels as one, at the device's rate
  std::optional<Resampler> resampler;
  PaStream* stream = nullptr;

  explicit State(const std::string& name);
  ~State() {
    const std::lock_guard lock(PortAudio::mutex());
    if (stream) Pa_CloseStream(stream);
  }
  static int on_sound(const void* input, void*, unsigned long frames, const PaStreamCallbackTimeInfo*,
                      PaStreamCallbackFlags, void* user);
};

/// In the sound card's own thread, which may not wait: no allocation, no lock.
int Microphone::State::on_sound(const void* input, void*, unsigned long frames, const PaStreamCallbackTimeInfo*,
                                PaStreamCallbackFlags, void* user) {
  State& state = *static_cast<State*>(user);
  const auto channels = static_cast<std::size_t>(state.channels);
  const auto* samples = static_cast<const float*>(input);
  std::array<float, 256> mono;
  for (std::size_t left = samples ? frames : 0; left > 0;) {
    const std::size_t some = std::min(left, mono.size());
    const auto block = std::span(mono).first(some);
    mix({samples, some * channels}, block);
    for (float& sample : block) {
      if (!is_sound(sample)) sample = 0;  // a driver's hiccup does not end a transcription
    }
    state.heard->push(block);
    samples += some * channels;
    left -= some;
  }
  return paContinue;
}

Microphone::State::State(const std::string& name) {
  const std::lock_guard lock(PortAudio::mutex());
  const PaDeviceIndex device = find(name);
  const PaDeviceInfo& info = *Pa_GetDeviceInfo(device);
  PaStreamParameters wanted{device, 1, paFloat32, info.defaultHighInputLatency, nullptr};
  const QuietLibraries quiet;
  // Whisper's rate and one channel where the device has them, else its own.
  if (Pa_IsFormatSupported(&wanted, nullptr, rate) != paFormatIsSupported)
    rate = static_cast<int>(info.defaultSampleRate);
  if (Pa_IsFormatSupported(&wanted, nullptr, rate) != paFormatIsSupported) wanted.channelCount = info.maxInputChannels;
  channels = wanted.channelCount;
  heard.emplace(kSecondsKept * static_cast<std::size_t>(rate));
  resampler.emplace(rate);
  const std::string cannot =
      fmt::format("the microphone '{}' cannot be opened, perhaps another program holds it; {}", info.name, kHowToList);
  check_sound(Pa_OpenStream(&stream, &wanted, nullptr, rate, paFramesPerBufferUnspecified, paClipOff, on_sound, this),
              cannot);
  check_sound(Pa_StartStream(stream), cannot);
}

Microphone::Microphone(const std::string& device) : state_(std::make_unique<State>(device)) {}
Microphone::~Microphone() = default;

std::vector<float> Microphone::read(bool last) {
  if (last) Pa_StopStream(state_->stream);
  return state_->resampler->push(state_->heard->take(), last);
}

bool Microphone::is_listening() const { return Pa_IsStreamActive(state_->stream) == 1; }

double Microphone::lost_seconds() const { return static_cast<double>(state_->heard->dropped()) / state_->rate; }

}  // namespace wick
