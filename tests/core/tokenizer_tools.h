#pragma once
// What the tests of tokenizers have in common.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/checkpoint.h"
#include "core/text/tokenizer.h"

namespace wick::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A file of the shared data, nothing if the folder is not there.
inline std::optional<std::string> shared_file(const std::string& name) {
  const std::string path = std::string(WICK_SHARED_DIR) + "/data/" + name;
  return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

/// A downloaded model, nothing if it is not there.
inline std::optional<std::string> model_file(const std::string& name) {
  const char* folder = std::getenv("WICK_MODELS");
  const char* home = std::getenv("HOME");
  const std::filesystem::path path =
      std::filesystem::path(folder ? folder : std::string(home ? home : "") + "/.cache/wick/models") / name;
  return std::filesystem::exists(path) ? std::optional(path.string()) : std::nullopt;
}

inline Tokenizer tokenizer_of_gguf(const std::string& path) {
  return Tokenizer::from_gguf(open_checkpoint(path).metadata);
}

/// Reproducible numbers for random texts (splitmix64).
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound) {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (z ^ z >> 31) % bound;
  }

 private:
  std::uint64_t state_;
};

}  // namespace wick::test
