#include "views/json_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "core/byte_source.h"
#include "core/formats/atomic_file.h"

namespace wick::views {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;
constexpr std::string_view kExtension = ".json";

/// With parents; only its owner may look into a folder that was not there.
void make_folder(const std::string& folder) {
  std::error_code failed;
  if (fs::create_directories(folder, failed)) {
    fs::permissions(folder, fs::perms::owner_all, failed);
  }
  if (failed) throw Error(ErrorKind::io, fmt::format("{}: cannot make the folder: {}", folder, failed.message()));
}

}  // namespace

std::string JsonFolder::file_of(const std::string& id, std::string_view extension) const {
  if (id.empty() || id.front() == '.' || id.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
    throw Error("'{}' cannot be a {}'s file name", id, thing_);
  }
  return fmt::format("{}/{}{}", folder_, id, extension);
}

std::map<std::string, JsonFolder::Stamp> JsonFolder::files() const {
  std::map<std::string, Stamp> found;
  std::error_code missing;
  for (auto entry = fs::directory_iterator(folder_, missing); entry != fs::directory_iterator();
       entry.increment(missing)) {
    std::error_code gone;
    const std::string id = entry->path().stem().string();
    if (entry->path().extension() != kExtension || id.starts_with('.') || !entry->is_regular_file(gone)) continue;
    found[id] = {entry->last_write_time(gone).time_since_epoch().count(), entry->file_size(gone)};
  }
  return found;
}

std::string JsonFolder::read(const std::string& id) const { return read_text(*open_file(file_of(id)), kMostBytes); }

std::string JsonFolder::read_line(const std::string& id) const {
  std::ifstream file(file_of(id), std::ios::binary);
  std::string line;
  std::getline(file, line);
  return line;
}

void JsonFolder::write(const std::string& id, std::string_view text) const {
  const std::string path = file_of(id);
  try {
    make_folder(folder_);
    write_text(path, text);
  } catch (const Error& failed) {
    throw Error(ErrorKind::io, fmt::format("{}. The {} stays in this window: free space or allow writing there, or "
                                           "export it to another place.",
                                           failed.what(), thing_));
  }
}

bool JsonFolder::remove(const std::string& id) {
  const std::string path = file_of(id);
  std::error_code failed;
  if (!fs::exists(path, failed)) return false;
  std::string text = read(id);
  fs::remove(path, failed);
  if (failed) throw Error(ErrorKind::io, fmt::format("{}: cannot be removed: {}", path, failed.message()));
  removed_[id] = std::move(text);
  return true;
}

bool JsonFolder::restore(const std::string& id) {
  const auto removed = removed_.find(id);
  if (removed == removed_.end()) return false;
  write(id, removed->second);
  removed_.erase(removed);
  return true;
}

}  // namespace wick::views
