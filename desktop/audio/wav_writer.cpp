#include "audio/wav_writer.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "core/audio/log_mel.h"
#include "core/error.h"

namespace wick {
namespace {

constexpr std::uint32_t kHeadBytes = 44, kBytesASample = 2;

void put(std::string& head, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) head += static_cast<char>(value >> (8 * i) & 0xFF);
}

}  // namespace

WavWriter::WavWriter(std::string path) : path_(std::move(path)), file_(path_, std::ios::binary | std::ios::trunc) {
  check("make");
  write_head();
}

void WavWriter::check(const char* doing) {
  if (!file_) throw Error(ErrorKind::io, fmt::format("{}: cannot {} it: {}", path_, doing, std::strerror(errno)));
}

/// RIFF, one channel of 16-bit integers at 16 kHz.
void WavWriter::write_head() {
  const std::uint32_t bytes = samples_ * kBytesASample, rate = static_cast<std::uint32_t>(kSampleRate);
  std::string head = "RIFF";
  put(head, kHeadBytes - 8 + bytes, 4);
  head += "WAVEfmt ";
  put(head, 16, 4);
  put(head, 1, 2);  // integers
  put(head, 1, 2);  // one channel
  put(head, rate, 4);
  put(head, rate * kBytesASample, 4);
  put(head, kBytesASample, 2);
  put(head, 8 * kBytesASample, 2);
  head += "data";
  put(head, bytes, 4);
  file_.seekp(0);
  file_.write(head.data(), static_cast<std::streamsize>(head.size()));
  file_.seekp(0, std::ios::end);
}

void WavWriter::write(std::span<const float> samples) {
  std::string bytes;
  bytes.reserve(samples.size() * kBytesASample);
  for (const float sample : samples) {
    const auto value = static_cast<std::int16_t>(std::lround(std::clamp(sample, -1.0F, 1.0F) * 32767));
    put(bytes, static_cast<std::uint16_t>(value), kBytesASample);
  }
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  check("write");
  samples_ += static_cast<std::uint32_t>(samples.size());
}

void WavWriter::flush() {
  write_head();
  file_.flush();
  check("write");
}

double WavWriter::seconds() const { return static_cast<double>(samples_) / kSampleRate; }

}  // namespace wick
