#include "views/transcribe/sound_files.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "views/file_kind.h"

namespace wick::views {
namespace fs = std::filesystem;

std::vector<std::string> recordings_at(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return {path};
  std::vector<std::string> found;
  for (auto entry = fs::directory_iterator(path, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    std::error_code gone;
    const bool recording = kind_by_name(entry->path().filename().string()) == FileKind::recording;
    if (recording && entry->is_regular_file(gone)) found.push_back(entry->path().string());
  }
  if (failed) throw Error(ErrorKind::io, fmt::format("{}: cannot look into the folder: {}", path, failed.message()));
  if (found.empty()) throw Error("{}: there is no recording in this folder", path);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace wick::views
