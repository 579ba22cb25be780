#include "models/voice.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/audio/log_mel.h"
#include "core/error.h"
#include "core/formats/ggml.h"
#include "models/voice_weights.h"

namespace wick {
namespace {

constexpr Index kContext = 64;                   // samples before a window that are heard with it
constexpr Index kMirrored = 64;                  // at its end
constexpr Index kFrame = 256, kFrameStep = 128;  // of the Fourier transform
constexpr Index kFrames = (kContext + kVoiceWindow + kMirrored - kFrame) / kFrameStep + 1;
constexpr Index kFrequencies = kFrame / 2 + 1;
constexpr Index kWindowsAtOnce = 256;  // 8 s
constexpr Index kSteps[] = {1, 2, 2, 1};
constexpr Index kOutputs[] = {128, 64, 64, 128};

constexpr std::string_view kModel = "silero-16k";

/// The records behind the header, which repeats what the tensors' shapes say.
Checkpoint read_silero(const SourcePtr& source) {
  Checkpoint checkpoint;
  checkpoint.format = "ggml";
  checkpoint.sources.push_back(source);
  BinaryReader reader(*source);
  const bool is_ggml =
      reader.remaining() >= kGgmlMagic.size() && reader.text(kGgmlMagic.size(), "the magic number") == kGgmlMagic;
  if (!is_ggml || reader.read<std::int32_t>("the length of the name") != std::ssize(kModel) ||
      reader.text(kModel.size(), "the name") != kModel) {
    throw Error("{}: not a Silero voice detector for 16 kHz", source->name());
  }
  constexpr std::uint64_t kNumbers = 3 + 2 + 1 + 4 * 3 + 4;  // version, window, context, layers, LSTM, output
  reader.skip(kNumbers * sizeof(std::int32_t), "the header");
  read_ggml_tensors(reader, checkpoint);
  return checkpoint;
}

Tensor read(const Checkpoint& file, const std::string& name, std::initializer_list<Index> shape, const Device& device) {
  const TensorInfo& tensor = file.require("_model." + name, std::span(shape.begin(), shape.size()));
  Tensor raw = Tensor::empty(Shape(std::span(shape.begin(), shape.size())), tensor.type, device);
  file.read_rows(tensor, 0, shape.size() > 0 ? *shape.begin() : 1,
                 {raw.bytes(), static_cast<std::size_t>(tensor.bytes)});
  return raw.to_dtype(DType::f32);
}

Linear linear(const Tensor& weight, Tensor bias) {
  return {.parts = {Weight::pack(weight)}, .bias = std::move(bias), .precision = Precision::precise};
}

float sigmoid_of(float x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

std::shared_ptr<const VoiceDetector> VoiceDetector::load(const SourcePtr& source, const Device& device) {
  const Checkpoint file = read_silero(source);
  auto detector = std::make_shared<VoiceDetector>();
  VoiceDetector& d = *detector;
  d.device_ = device;
  d.fourier_ = linear(read(file, "stft.forward_basis_buffer", {2 * kFrequencies, 1, kFrame}, device)
                          .reshape({2 * kFrequencies, kFrame}),
                      {});
  for (Index i = 0, channels = kFrequencies; i < kConvolutions; ++i) {
    const std::string name = fmt::format("encoder.{}.reparam_conv.", i);
    const Index outputs = kOutputs[i];
    d.convolutions_[i] = {
        linear(read(file, name + "weight", {outputs, channels, 3}, device).reshape({outputs, 3 * channels}),
               read(file, name + "bias", {outputs}, device)),
        kSteps[i]};
    channels = outputs;
  }
  const auto gates = [&](const char* part) {
    const std::string name = fmt::format("decoder.rnn.{{}}_{}", part);
    return linear(read(file, fmt::format(fmt::runtime(name), "weight"), {4 * kHidden, kHidden}, device),
                  read(file, fmt::format(fmt::runtime(name), "bias"), {4 * kHidden}, device));
  };
  d.input_ = gates("ih");
  d.recurrent_ = gates("hh");
  d.output_ = read(file, "decoder.decoder.2.weight", {kHidden}, device).to_vector<float>();
  d.output_bias_ = read(file, "decoder.decoder.2.bias", {}, device).to_vector<float>()[0];
  return detector;
}

std::shared_ptr<const VoiceDetector> VoiceDetector::built_in(const Device& device) {
  const std::span<const std::byte> weights = voice_weights();
  return load(memory_source("the built-in voice detector", {weights.begin(), weights.end()}), device);
}

Tensor VoiceDetector::gates(const Tensor& windows) const {
  const Index count = windows.dim(0);
  const Tensor frames = windows.unfold(1, kFrame, kFrameStep).reshape({count * kFrames, kFrame});
  const Tensor waves = fourier_(frames);  // [frames, 2 * frequencies]
  const Tensor real = waves.slice(1, 0, kFrequencies), imaginary = waves.slice(1, kFrequencies, 2 * kFrequencies);
  Tensor x = sqrt(real * real + imaginary * imaginary).reshape({count, kFrames, kFrequencies});
  for (const Convolution& convolution : convolutions_) {
    const Index length = x.dim(1), channels = x.dim(2);
    Tensor padded = Tensor::zeros({count, length + 2, channels}, DType::f32, device_);
    padded.slice(1, 1, length + 1).copy_from(x);
    const Tensor taps = padded.unfold(1, 3, convolution.step);  // [windows, length / step, channels, 3]
    const Tensor y = convolution.taps(taps.reshape({count * taps.dim(1), channels * 3}));
    x = relu(y).reshape({count, taps.dim(1), y.dim(1)});
  }
  return input_(x.reshape({count, kHidden}));
}

void VoiceStream::finish() {
  const Index windows = (std::ssize(tail_) + kVoiceWindow - 1) / kVoiceWindow;
  tail_.resize(static_cast<std::size_t>(windows * kVoiceWindow));
}

bool VoiceStream::advance() {
  const Index windows = std::min(std::ssize(tail_) / kVoiceWindow - next_, kWindowsAtOnce);
  if (windows <= 0) {
    tail_.erase(tail_.begin(), tail_.begin() + next_ * kVoiceWindow);
    next_ = 0;
    return false;
  }
  hear(std::span(tail_).subspan(static_cast<std::size_t>(next_ * kVoiceWindow),
                                static_cast<std::size_t>(windows * kVoiceWindow)));
  next_ += windows;
  return true;
}

/// What brings a recording to a level that suits the detector, which was trained on speech at its usual level. A knock
/// makes the speech after it no harder to hear for long.
float VoiceStream::gain(std::span<const float> samples) {
  constexpr float kUsual = 0.01F, kMost = 1000;
  constexpr float kLoudest = 0.7F;  // of a wave between -1 and 1; more is a file in another scale
  constexpr float kFade = 0.998F;   // of a window: half in eleven seconds
  for (std::size_t i = 0; i < samples.size(); i += kVoiceWindow) {
    const auto window = samples.subspan(i, kVoiceWindow);
    const float square = std::inner_product(window.begin(), window.end(), window.begin(), 0.0F);
    loudness_ = std::max(kFade * loudness_, std::sqrt(square / kVoiceWindow));
  }
  if (loudness_ > kLoudest) return kLoudest / loudness_;
  return loudness_ * kMost <= kUsual ? kMost : std::max(1.0F, kUsual / loudness_);
}

/// Whole windows. All of them pass the convolutions at once, then one after another the LSTM.
void VoiceStream::hear(std::span<const float> samples) {
  constexpr auto kHidden = static_cast<std::size_t>(VoiceDetector::kHidden);
  constexpr Index kHeard = kContext + kVoiceWindow + kMirrored;
  const Index count = std::ssize(samples) / kVoiceWindow;
  context_.resize(kContext);
  hidden_.resize(kHidden);
  cell_.resize(kHidden);
  const float gain = this->gain(samples);
  Tensor windows = Tensor::empty({count, kHeard}, DType::f32, detector_->device_);
  for (Index i = 0; i < count; ++i) {
    float* into = windows.data<float>() + i * kHeard;
    const float* window = samples.data() + i * kVoiceWindow;
    into = std::copy(context_.begin(), context_.end(), into);
    into = std::copy_n(window, kVoiceWindow, into);
    for (Index j = 0; j < kMirrored; ++j) into[j] = into[-2 - j];
    std::for_each_n(windows.data<float>() + i * kHeard, kHeard, [gain](float& sample) { sample *= gain; });
    context_.assign(window + kVoiceWindow - kContext, window + kVoiceWindow);
  }
  const Tensor gates = detector_->gates(windows);
  for (Index i = 0; i < count; ++i) {
    const Tensor recurrent =
        detector_->recurrent_(Tensor::copy_of<float>(hidden_, {1, VoiceDetector::kHidden}, detector_->device_));
    const float* a = gates.data<float>() + i * gates.dim(1);
    const float* b = recurrent.data<float>();
    double sum = static_cast<double>(detector_->output_bias_);
    for (std::size_t h = 0; h < kHidden; ++h) {
      const auto gate = [&](std::size_t part) { return a[part * kHidden + h] + b[part * kHidden + h]; };
      cell_[h] = sigmoid_of(gate(1)) * cell_[h] + sigmoid_of(gate(0)) * std::tanh(gate(2));
      hidden_[h] = sigmoid_of(gate(3)) * std::tanh(cell_[h]);
      sum += static_cast<double>(detector_->output_[h] * std::max(hidden_[h], 0.0F));
    }
    probabilities_.push_back(sigmoid_of(static_cast<float>(sum)));
  }
}

std::vector<TimeSpan> speech_spans(std::span<const float> probabilities, const SpeechOptions& options) {
  constexpr double kSeconds = static_cast<double>(kVoiceWindow) / kSampleRate;
  constexpr double kHysteresis = 0.15;
  std::vector<TimeSpan> spans;
  bool speaks = false;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const auto p = static_cast<double>(probabilities[i]);
    const bool before = speaks;
    speaks = p >= (before ? options.threshold - kHysteresis : options.threshold);
    if (!speaks) continue;
    const double begin = static_cast<double>(i) * kSeconds, end = begin + kSeconds;
    if (before) {
      spans.back().end = end;
    } else {
      spans.push_back({begin, end});
    }
  }
  std::erase_if(spans, [&](const TimeSpan& s) { return s.end - s.begin < options.least_speech; });
  std::vector<TimeSpan> joined;
  const double recorded = static_cast<double>(probabilities.size()) * kSeconds;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const double end = std::min(recorded, spans[i].end + options.after);
    if (i > 0 && spans[i].begin - spans[i - 1].end < options.least_silence) {
      joined.back().end = end;
    } else {
      joined.push_back({std::max(i > 0 ? joined.back().end : 0.0, spans[i].begin - options.before), end});
    }
  }
  return joined;
}

bool is_speech_between(std::span<const TimeSpan> speech, double begin, double end) {
  return std::any_of(speech.begin(), speech.end(),
                     [&](const TimeSpan& span) { return span.begin < end && begin < span.end; });
}

}  // namespace wick
