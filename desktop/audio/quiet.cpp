#include "audio/quiet.h"

#include <fcntl.h>
#include <unistd.h>

#include <mutex>

namespace wick {
namespace {

std::mutex mutex;  // of what follows: a recording may be read while another plays
int users = 0;
int kept = -1;  // standard error, while somebody wants it quiet

}  // namespace

QuietLibraries::QuietLibraries() {
  const std::lock_guard lock(mutex);
  if (users++ > 0) return;
  kept = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (kept >= 0 && nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  if (nowhere >= 0) ::close(nowhere);
}

QuietLibraries::~QuietLibraries() {
  const std::lock_guard lock(mutex);
  if (--users > 0 || kept < 0) return;
  ::dup2(kept, STDERR_FILENO);
  ::close(kept);
}

}  // namespace wick
