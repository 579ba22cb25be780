#include <curl/curl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>

#include "core/error.h"
#include "fetch/download.h"

namespace wick {
namespace {

struct Transfer {
  CURL* curl = nullptr;
  std::FILE* file = nullptr;
  std::uint64_t resumed = 0;
  std::uint64_t expected = 0;
  const DownloadProgress* progress = nullptr;
  int write_error = 0;
  std::exception_ptr cancelled;
};

std::size_t write_bytes(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  long status = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200 && transfer.resumed > 0) {  // the server ignored the range and sends the file from its start
    if (std::freopen(nullptr, "wb", transfer.file) == nullptr) return 0;
    transfer.resumed = 0;
  }
  const std::size_t written = std::fwrite(data, size, count, transfer.file);
  if (written != count) transfer.write_error = errno;
  return written * size;
}

int report(void* user, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::uint64_t all =
      transfer.expected > 0 ? transfer.expected : transfer.resumed + static_cast<std::uint64_t>(total);
  try {
    if (*transfer.progress) (*transfer.progress)(transfer.resumed + static_cast<std::uint64_t>(now), all);
  } catch (...) {
    transfer.cancelled = std::current_exception();
    return 1;
  }
  return 0;
}

}  // namespace

void download_url(const std::string& url, const std::string& path, std::uint64_t expected_size,
                  const DownloadProgress& progress) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(initialised == CURLE_OK ? curl_easy_init() : nullptr,
                                                    curl_easy_cleanup);
  if (!curl) throw Error(ErrorKind::io, "the download library could not start");
  std::error_code none;
  Transfer transfer{.curl = curl.get(), .expected = expected_size, .progress = &progress, .cancelled = {}};
  transfer.resumed = std::filesystem::exists(path, none) ? std::filesystem::file_size(path, none) : 0;
  if (expected_size > 0 && transfer.resumed >= expected_size) return;  // complete; its hash decides
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "ab"), std::fclose);
  if (!file) throw Error(ErrorKind::io, fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  transfer.file = file.get();

  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, 8L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_LIMIT,
                   1L);  // a transfer that stands still for half a minute is broken
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_TIME, 30L);
  curl_easy_setopt(curl.get(), CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(transfer.resumed));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, write_bytes);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, report);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &transfer);
  const CURLcode result = curl_easy_perform(curl.get());
  if (transfer.cancelled) std::rethrow_exception(transfer.cancelled);
  if (transfer.write_error != 0 || std::fflush(file.get()) != 0) {
    const int reason = transfer.write_error != 0 ? transfer.write_error : errno;
    throw Error(ErrorKind::io, fmt::format("{}: cannot be written: {}", path, std::strerror(reason)));
  }
  if (result != CURLE_OK) throw Error(ErrorKind::io, fmt::format("{}: {}", url, curl_easy_strerror(result)));
}

}  // namespace wick
