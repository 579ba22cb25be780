#pragma once
// Files made by hand, byte by byte, so that a test can also make wrong ones.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/byte_source.h"
#include "core/checkpoint.h"
#include "core/error.h"

namespace wick::test {

/// Bytes one after another, little-endian.
class Builder {
 public:
  template <class T>
  Builder& put(T value) {
    return raw({reinterpret_cast<const char*>(&value), sizeof value});
  }
  Builder& raw(std::string_view text) {
    for (const char c : text) bytes_.push_back(static_cast<std::byte>(c));
    return *this;
  }
  /// A string with its length before it, as GGUF has it since version 2.
  Builder& text(std::string_view text) { return put<std::uint64_t>(text.size()).raw(text); }
  Builder& zeros(std::size_t count) { return bytes_.resize(bytes_.size() + count), *this; }
  Builder& align(std::size_t to) { return zeros((to - bytes_.size() % to) % to); }

  const std::vector<std::byte>& bytes() const { return bytes_; }
  SourcePtr source(std::string name) const { return memory_source(std::move(name), bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

/// What opening a file says is wrong with it, or "" if nothing is.
template <class Open>
std::string error_of(Open&& open) {
  try {
    open();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline std::string error_of_bytes(const Builder& file, const std::string& name = "test.bin") {
  return error_of([&] { open_checkpoint(file.source(name)); });
}

inline SourcePtr first_bytes(const SourcePtr& source, std::uint64_t count) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count));
  source->read(0, bytes);
  return memory_source(source->name(), std::move(bytes));
}

/// A tensor's stored bytes.
inline std::vector<std::byte> bytes_of(const Checkpoint& checkpoint, std::string_view name) {
  const TensorInfo* tensor = checkpoint.find(name);
  REQUIRE(tensor);
  std::vector<std::byte> bytes(static_cast<std::size_t>(tensor->bytes));
  checkpoint.read_rows(*tensor, 0, tensor->shape.empty() ? 1 : tensor->shape[0], bytes);
  return bytes;
}

/// A fresh folder that is gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static int number = 0;
    const char* base = std::getenv("TMPDIR");
    do path_ = std::filesystem::path(base ? base : "/tmp") / ("wick-test-" + std::to_string(++number));
    while (!std::filesystem::create_directory(path_));
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator{}));
  }

 private:
  std::filesystem::path path_;
};

inline void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Says so and returns false where a file that is not part of the project is missing.
inline bool have(const std::string& path) {
  const bool there = std::filesystem::exists(path);
  if (!there) WARN("skipped: " << path << " is missing");
  return there;
}

}  // namespace wick::test
