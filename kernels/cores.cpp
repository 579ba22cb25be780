// physical_cores(): how many threads can compute without sharing a core.
#include <algorithm>
#include <thread>

#include "kernels/thread_pool.h"

#if defined(__linux__) && !defined(__EMSCRIPTEN__)
#include <sched.h>

#include <fstream>
#include <set>
#include <string>
#include <utility>
#endif

namespace wick {
namespace {

#if defined(__linux__) && !defined(__EMSCRIPTEN__)

/// The first number in a file, or `otherwise`.
long number_in(const std::string& path, long otherwise) {
  long number;
  return std::ifstream(path) >> number ? number : otherwise;
}

/// Cores of the processors that the scheduler may put this process on, 0 if it does not say.
int allowed_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  std::set<std::pair<long, long>> cores;  // package, core within it
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const std::string topology = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    const long core = number_in(topology + "core_id", -1);
    cores.insert({number_in(topology + "physical_package_id", 0), core >= 0 ? core : -1 - cpu});
  }
  return static_cast<int>(cores.size());
}

/// Whole cores in a quota of `quota` microseconds every `period`; 0 if there is no limit.
int cores_in(long quota, long period) {
  return quota > 0 && period > 0 ? static_cast<int>((quota + period - 1) / period) : 0;
}

/// The tightest processor quota of this process's control group and those around it (version 2; in version 1 the root
/// as a container sees it), 0 if there is none.
int quota_cores() {
  int tightest = cores_in(number_in("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", 0),
                          number_in("/sys/fs/cgroup/cpu/cpu.cfs_period_us", 0));
  std::ifstream groups("/proc/self/cgroup");
  std::string group;
  for (std::string line; std::getline(groups, line);) {
    if (line.rfind("0::", 0) == 0) group = line.substr(3);
  }
  if (group == "/") group.clear();
  for (;; group.erase(group.rfind('/'))) {
    std::ifstream file("/sys/fs/cgroup" + group + "/cpu.max");  // "max 100000" fails to read as a number: no limit
    long quota, period;
    if (file >> quota >> period) {
      const int cores = cores_in(quota, period);
      if (cores > 0 && (tightest == 0 || cores < tightest)) tightest = cores;
    }
    if (group.rfind('/') == std::string::npos) return tightest;
  }
}

#else

int allowed_cores() { return 0; }
int quota_cores() { return 0; }

#endif

}  // namespace

int physical_cores() {
  int cores = allowed_cores();
  if (cores == 0) cores = static_cast<int>(std::thread::hardware_concurrency());
  if (const int quota = quota_cores(); quota > 0) cores = std::min(cores, quota);
  return std::max(cores, 1);
}

}  // namespace wick
