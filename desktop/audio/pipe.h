#pragma once
// What comes through a pipe, as a file: formats of sound are not all read in one go.
#include <atomic>
#include <memory>
#include <string>

#include "core/byte_source.h"

namespace wick {

/// Bytes that come through a pipe, kept in a temporary file that has no name and ends with the source. Used by one
/// thread, but for stop().
class Pipe final : public ByteSource {
 public:
  /// Reads from a copy of `descriptor`. Throws Error if there is no place for temporary files.
  Pipe(std::string name, int descriptor);
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() override;

  const std::string& name() const override { return name_; }
  /// Of all that came, once its end did; before that of what a wav's header claims.
  std::uint64_t size() const override { return ended_ ? kept_ : claimed_; }
  void read(std::uint64_t offset, std::span<std::byte> into) const override;

  /// Waits until the bytes before `end` have come, or no more will. Throws Error if they cannot be read or kept.
  void wait_for(std::uint64_t end);
  void wait_for_all();
  /// Waits for the header of a wav, which can be read as it comes, and for all of anything else.
  void wait_for_header();
  /// From any thread: no more bytes are taken.
  void stop() { stopped_ = true; }

 private:
  void pull();
  void keep(std::span<const std::byte> bytes);
  [[noreturn]] void fail(const char* what) const;

  std::string name_;
  int pipe_, file_;
  std::uint64_t kept_ = 0, claimed_ = 0;  // bytes
  bool ended_ = false;
  std::atomic<bool> stopped_ = false;
};

/// The pipe of this path, "-" being standard input; null for another file. Throws Error if it cannot be opened.
std::shared_ptr<Pipe> open_pipe(const std::string& path);

}  // namespace wick
