#include "views/transcribe/sound_files.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/error.h"
#include "core/text/jinja_text.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 9> kEndings = {".wav",  ".flac", ".mp3", ".ogg", ".opus",
                                                 ".aiff", ".aif",  ".caf", ".au"};

bool is_sound(const fs::path& path) {
  const std::string ending = jinja::lower(path.extension().string());
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

}  // namespace

std::vector<std::string> sound_patterns() {
  std::vector<std::string> patterns;
  for (const char* const ending : kEndings) patterns.push_back(std::string("*") + ending);
  return patterns;
}

std::vector<std::string> recordings_at(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return {path};
  std::vector<std::string> found;
  for (auto entry = fs::directory_iterator(path, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    std::error_code gone;
    if (is_sound(entry->path()) && entry->is_regular_file(gone)) found.push_back(entry->path().string());
  }
  if (failed) throw Error(ErrorKind::io, fmt::format("{}: cannot look into the folder: {}", path, failed.message()));
  if (found.empty()) throw Error("{}: there is no recording in this folder", path);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace wick::views
