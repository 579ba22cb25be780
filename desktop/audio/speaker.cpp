#include "audio/speaker.h"

#include <utility>

#include "audio/port_audio.h"

namespace wick {
namespace {

constexpr const char* kNone =
    "This computer shows no sound device to play to. Connect a loudspeaker or headphones, or let this program use them "
    "(on Linux by the group “audio”), then press Play again. Text and exports work without.";
constexpr double kLatency = 0.05;  // seconds; words light up as they are heard

class Speaker final : public SoundOutput {
 public:
  explicit Speaker(FillSound fill) : library_(kNone), fill_(std::move(fill)) {
    const std::lock_guard lock(PortAudio::mutex());
    const PaDeviceIndex device = Pa_GetDefaultOutputDevice();
    if (device == paNoDevice) throw Error(ErrorKind::io, kNone);
    const PaDeviceInfo& info = *Pa_GetDeviceInfo(device);
    PaStreamParameters wanted{device, 1, paFloat32, kLatency, nullptr};
    const QuietLibraries quiet;
    if (Pa_IsFormatSupported(nullptr, &wanted, rate_) != paFormatIsSupported) {
      rate_ = static_cast<int>(info.defaultSampleRate);
    }
    if (Pa_IsFormatSupported(nullptr, &wanted, rate_) != paFormatIsSupported) wanted.channelCount = channels_ = 2;
    cannot_ =
        fmt::format("'{}' cannot play, perhaps another program holds it. Close that, then press Play again", info.name);
    check_sound(Pa_OpenStream(&stream_, nullptr, &wanted, rate_, kFrames, paClipOff, on_sound, this), cannot_);
  }
  ~Speaker() override {
    const std::lock_guard lock(PortAudio::mutex());
    if (stream_) Pa_CloseStream(stream_);
  }
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;

  int rate() const override { return rate_; }
  void start() override { check_sound(Pa_StartStream(stream_), cannot_); }
  void stop() override { Pa_AbortStream(stream_); }
  bool is_playing() const override { return Pa_IsStreamActive(stream_) == 1; }

 private:
  static constexpr unsigned long kFrames = 512;  // at once

  /// In the sound card's own thread, which may not wait: no allocation, no lock.
  static int on_sound(const void*, void* output, unsigned long frames, const PaStreamCallbackTimeInfo*,
                      PaStreamCallbackFlags, void* user) {
    const Speaker& speaker = *static_cast<Speaker*>(user);
    const std::span samples(static_cast<float*>(output), frames * static_cast<std::size_t>(speaker.channels_));
    speaker.fill_(samples.first(frames));
    if (speaker.channels_ == 2) {
      for (std::size_t i = frames; i-- > 0;) samples[2 * i] = samples[2 * i + 1] = samples[i];
    }
    return paContinue;
  }

  PortAudio library_;
  FillSound fill_;
  int rate_ = kPlayRate, channels_ = 1;
  std::string cannot_;
  PaStream* stream_ = nullptr;
};

}  // namespace

std::unique_ptr<SoundOutput> open_speaker(FillSound fill) { return std::make_unique<Speaker>(std::move(fill)); }

}  // namespace wick
