#pragma once
// The folder of models on this machine.
#include <string>
#include <string_view>
#include <vector>

#include "fetch/download.h"
#include "models/catalog.h"

namespace wick {

enum class FileState { missing, partial, present };

/// Catalogue files as they lie in the user's cache folder, or in the folder that WICK_MODELS names. A file has its own
/// name there only once its hash was verified; until then it is NAME.part.
class ModelStore {
 public:
  ModelStore();
  explicit ModelStore(std::string folder) : folder_(std::move(folder)) {}

  const std::string& folder() const { return folder_; }
  std::string path_of(const CatalogFile& file) const { return folder_ + "/" + file.name; }
  FileState state_of(const CatalogFile& file) const;
  bool has(const CatalogEntry& entry) const;
  std::uint64_t bytes_here(const CatalogFile& file) const;
  std::uint64_t bytes_here(const CatalogEntry& entry) const;

  /// The path that a MODEL argument means: a catalogue name's first file, or an existing file or folder. Throws Error
  /// saying what to do for a known model that is not here, and for anything else.
  std::string path_of(std::string_view model) const;

  /// Fetches what is missing, trying each file's sources in order, and verifies it. Throws Error listing why each
  /// failed; what arrived stays for the next try. `progress` counts all files together; the Error (cancelled) that it
  /// may throw ends the fetching. `note` gets a line about what happens.
  void fetch(const CatalogEntry& entry, const DownloadProgress& progress,
             const std::function<void(const std::string&)>& note = {}) const;
  /// Whether every file is there with the right size and hash. `progress` as above.
  bool verify(const CatalogEntry& entry, const DownloadProgress& progress) const;
  /// Deletes its files and what has arrived of them. Throws Error (io) if one stays.
  void remove(const CatalogEntry& entry) const;

 private:
  std::vector<std::string> unfinished(const CatalogFile& file) const;
  void fetch_file(const CatalogFile& file, const DownloadProgress& progress,
                  const std::function<void(const std::string&)>& note) const;

  std::string folder_;
};

}  // namespace wick
