#pragma once
// A wav file that grows.
#include <fstream>
#include <span>
#include <string>

namespace wick {

/// Writes 16 kHz samples as 16-bit sound, one channel. After flush() the file is whole, whatever happens to the
/// program.
class WavWriter {
 public:
  /// Throws Error (io), as the others do, naming the file and the reason.
  explicit WavWriter(std::string path);

  void write(std::span<const float> samples);
  /// Says in the file's head how long it is by now.
  void flush();
  double seconds() const;

 private:
  void write_head();
  void check(const char* doing);

  std::string path_;
  std::ofstream file_;
  std::uint32_t samples_ = 0;
};

}  // namespace wick
