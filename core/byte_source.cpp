#include "core/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"

namespace wick {
namespace {

/// Throws Error unless [offset, offset + count) lies inside the source. No sum here can overflow.
void check_range(const ByteSource& source, std::uint64_t offset, std::uint64_t count) {
  if (offset <= source.size() && count <= source.size() - offset) return;
  throw Error("{}: needs {} bytes from byte {} on, the file has {}: it is truncated", source.name(), count, offset,
              source.size());
}

#ifdef __EMSCRIPTEN__
// Emscripten's pread drops the upper half of the offset, its lseek does not.
ssize_t read_at(int descriptor, std::span<std::byte> into, std::uint64_t offset) {
  if (::lseek(descriptor, static_cast<off_t>(offset), SEEK_SET) < 0) return -1;
  return ::read(descriptor, into.data(), into.size());
}
#else
ssize_t read_at(int descriptor, std::span<std::byte> into, std::uint64_t offset) {
  return ::pread(descriptor, into.data(), into.size(), static_cast<off_t>(offset));
}
#endif

// Read rather than mapped: weights are packed as they are loaded, so a map would only keep the file's pages in the
// process beside the packed copy, and a file cut short while mapped is a signal instead of an error.
class FileSource final : public ByteSource {
 public:
  FileSource(std::string path, int descriptor, std::uint64_t size)
      : path_(std::move(path)), descriptor_(descriptor), size_(size) {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { ::close(descriptor_); }

  const std::string& name() const override { return path_; }
  std::uint64_t size() const override { return size_; }

  void read(std::uint64_t offset, std::span<std::byte> into) const override {
    check_range(*this, offset, into.size());
    constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // systems cap a single read near 2 GiB
    while (!into.empty()) {
      const ssize_t got = read_at(descriptor_, into.first(std::min(into.size(), kMostAtOnce)), offset);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) {
        throw Error(ErrorKind::io, fmt::format("{}: cannot read at byte {}: {}", path_, offset, std::strerror(errno)));
      }
      if (got == 0) {
        throw Error(ErrorKind::io,
                    fmt::format("{}: ends at byte {}, it had {} when it was opened", path_, offset, size_));
      }
      into = into.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
  }

 private:
  std::string path_;
  int descriptor_;
  std::uint64_t size_;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, std::vector<std::byte> bytes) : name_(std::move(name)), bytes_(std::move(bytes)) {}

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return bytes_.size(); }

  void read(std::uint64_t offset, std::span<std::byte> into) const override {
    const std::span<const std::byte> from = view(offset, into.size());
    std::copy(from.begin(), from.end(), into.begin());
  }

  std::span<const std::byte> view(std::uint64_t offset, std::uint64_t count) const override {
    check_range(*this, offset, count);
    return std::span(bytes_).subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(count));
  }

 private:
  std::string name_;
  std::vector<std::byte> bytes_;
};

}  // namespace

SourcePtr open_file(const std::string& path) {
  int descriptor;
  // Not to wait for the other end of a named pipe, which is refused below.
  do descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) {
    const std::string reason = errno == ENOENT ? "no such file" : fmt::format("cannot open: {}", std::strerror(errno));
    throw Error(ErrorKind::io, fmt::format("{}: {}", path, reason));
  }
  struct stat status{};
  const bool known = ::fstat(descriptor, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    const char* reason = !known                    ? "cannot tell its size"
                         : S_ISDIR(status.st_mode) ? "is a folder, expected a file"
                                                   : "is not a regular file";
    ::close(descriptor);
    throw Error(ErrorKind::io, fmt::format("{}: {}", path, reason));
  }
  return std::make_shared<FileSource>(path, descriptor, static_cast<std::uint64_t>(status.st_size));
}

SourcePtr memory_source(std::string name, std::vector<std::byte> bytes) {
  return std::make_shared<MemorySource>(std::move(name), std::move(bytes));
}

std::string read_text(const ByteSource& source, std::uint64_t limit) {
  if (source.size() > limit) {
    throw Error("{}: {} bytes, expected a text of at most {}", source.name(), source.size(), limit);
  }
  std::string text(static_cast<std::size_t>(source.size()), '\0');
  source.read(0, std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace wick
