#include "transcript_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/error.h"

namespace wick::cli {
namespace {

namespace fs = std::filesystem;

void make_folder(const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  std::string why = failed ? failed.message() : "";
  if (why.empty() && ::access(folder.c_str(), W_OK) != 0) why = std::strerror(errno);
  if (!why.empty()) throw Error(ErrorKind::io, fmt::format("--output-dir {}: cannot be written to: {}", folder, why));
}

std::string name_of(const std::string& recording) {
  if (recording.empty()) return "microphone";
  return recording == "-" ? "standard-input" : fs::path(recording).stem().string();
}

}  // namespace

std::vector<std::string> transcript_paths(const std::string& folder, std::span<const std::string> recordings,
                                          const std::string& format) {
  make_folder(folder);
  std::vector<std::string> paths;
  const auto is_taken = [&](const std::string& path) {
    std::error_code missing;
    return std::find(paths.begin(), paths.end(), path) != paths.end() ||
           std::any_of(recordings.begin(), recordings.end(),
                       [&](const std::string& recording) { return fs::equivalent(path, recording, missing); });
  };
  for (const std::string& recording : recordings) {
    const std::string start = (fs::path(folder) / name_of(recording)).string();
    std::string path = fmt::format("{}.{}", start, format);
    for (int number = 2; is_taken(path); ++number) path = fmt::format("{}-{}.{}", start, number, format);
    paths.push_back(path);
  }
  return paths;
}

}  // namespace wick::cli
