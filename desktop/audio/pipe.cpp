#include "audio/pipe.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>

#include "audio/cut_off.h"
#include "core/error.h"

namespace wick {
namespace {

int make_temporary_file() {
  std::string path = (std::filesystem::temp_directory_path() / "wick-XXXXXX").string();
  const int file = ::mkstemp(path.data());
  if (file >= 0) ::unlink(path.c_str());
  return file;
}

}  // namespace

Pipe::Pipe(std::string name, int descriptor)
    : name_(std::move(name)), pipe_(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)), file_(make_temporary_file()) {
  if (file_ >= 0 && pipe_ >= 0) return;
  const int reason = errno;
  if (pipe_ >= 0) ::close(pipe_);
  if (file_ >= 0) ::close(file_);
  errno = reason;
  fail(pipe_ < 0 ? "cannot read" : "cannot be kept in a temporary file");
}

Pipe::~Pipe() {
  ::close(pipe_);
  ::close(file_);
}

void Pipe::read(std::uint64_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t count = ::pread(file_, into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("cannot be read back from its temporary file");
    into = into.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void Pipe::wait_for(std::uint64_t end) {
  while (!ended_ && kept_ < end) pull();
}

void Pipe::wait_for_all() { wait_for(std::numeric_limits<std::uint64_t>::max()); }

void Pipe::wait_for_header() {
  constexpr std::uint64_t kHeader = 8;
  wait_for(kHeader);
  if (ended_) return;
  if (const auto claimed = claimed_wav_size(*this)) {
    claimed_ = *claimed;
  } else {
    wait_for_all();
  }
}

/// The next bytes, if some come in a moment.
void Pipe::pull() {
  constexpr int kMoment = 50;  // ms, in which stop() is noticed
  pollfd coming{.fd = pipe_, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&coming, 1, kMoment);
  if (stopped_) ended_ = true;
  if (ended_ || ready == 0) return;
  std::array<std::byte, 1 << 16> bytes;
  const ssize_t count = ::read(pipe_, bytes.data(), bytes.size());
  if (count < 0 && errno == EINTR) return;
  if (count < 0) fail("cannot read");
  ended_ = count == 0;
  keep(std::span(bytes).first(static_cast<std::size_t>(count)));
}

void Pipe::keep(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot be kept in a temporary file");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    kept_ += static_cast<std::uint64_t>(count);
  }
}

void Pipe::fail(const char* what) const {
  throw Error(ErrorKind::io, fmt::format("{}: {}: {}", name_, what, std::strerror(errno)));
}

std::shared_ptr<Pipe> open_pipe(const std::string& path) {
  if (path == "-") return std::make_shared<Pipe>("standard input", STDIN_FILENO);
  std::error_code ignored;
  if (!std::filesystem::is_fifo(path, ignored)) return nullptr;
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> pipe(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!pipe) throw Error(ErrorKind::io, fmt::format("{}: cannot open: {}", path, std::strerror(errno)));
  return std::make_shared<Pipe>(path, ::fileno(pipe.get()));
}

}  // namespace wick
