#include "audio/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/error.h"

namespace wick {
namespace {

class TemporaryFile final : public ByteSource {
 public:
  explicit TemporaryFile(std::string name) : name_(std::move(name)) {
    std::string path = (std::filesystem::temp_directory_path() / "wick-XXXXXX").string();
    descriptor_ = ::mkstemp(path.data());
    if (descriptor_ < 0) fail("cannot be kept in a temporary file");
    ::unlink(path.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() override { ::close(descriptor_); }

  const std::string& name() const override { return name_; }
  std::uint64_t size() const override { return size_; }

  void append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail("cannot be kept in a temporary file");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      size_ += static_cast<std::uint64_t>(count);
    }
  }

  void read(std::uint64_t offset, std::span<std::byte> into) const override {
    while (!into.empty()) {
      const ssize_t count = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail("cannot be read back from its temporary file");
      into = into.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw Error(ErrorKind::io, fmt::format("{}: {}: {}", name_, what, std::strerror(errno)));
  }

  std::string name_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace

SourcePtr pipe_source(std::string name, int descriptor) {
  auto file = std::make_shared<TemporaryFile>(std::move(name));
  std::array<std::byte, 1 << 16> bytes;
  for (;;) {
    const ssize_t count = ::read(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error(ErrorKind::io, fmt::format("{}: cannot read: {}", file->name(), std::strerror(errno)));
    if (count == 0) return file;
    file->append(std::span(bytes).first(static_cast<std::size_t>(count)));
  }
}

}  // namespace wick
