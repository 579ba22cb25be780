#include "core/formats/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace wick {

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  struct stat status{};
  if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::io, fmt::format("{}: cannot write: it is there and not a regular file", path_));
  }
  for (int attempt = 0; descriptor_ < 0; ++attempt) {  // another writer's leftovers must not stand in the way
    temporary_ = fmt::format("{}.partial-{}-{}", path_, ::getpid(), attempt);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && (errno != EEXIST || attempt == 99)) {
      temporary_.clear();
      fail("create");
    }
  }
}

AtomicFile::~AtomicFile() {
  if (temporary_.empty()) return;
  if (descriptor_ >= 0) ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* doing) const {
  const int reason = errno;
  throw Error(ErrorKind::io, fmt::format("{}: cannot {}: {}", path_, doing, std::strerror(reason)));
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kMostAtOnce));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail("write");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    size_ += static_cast<std::uint64_t>(put);
  }
}

void AtomicFile::pad(std::uint64_t alignment) {
  constexpr std::array<std::byte, 64> kZeros{};
  for (std::uint64_t left = (alignment - size_ % alignment) % alignment; left > 0;) {
    const std::uint64_t now = std::min<std::uint64_t>(left, kZeros.size());
    write(std::span(kZeros).first(static_cast<std::size_t>(now)));
    left -= now;
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail("write");
  // Some file systems report a full disk only here.
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("write");
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("rename");
  temporary_.clear();
}

void write_text(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(text.data(), text.size())));
  file.commit();
}

}  // namespace wick
