// Reads control groups as Linux shows them.
#include "core/processors.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <locale>
#include <string>
#include <thread>

namespace mog {
namespace {

namespace fs = std::filesystem;

int whole(double quota, double period) {
  return quota > 0 && period > 0 ? std::max(1, static_cast<int>(std::ceil(quota / period))) : 0;
}

/// A file of numbers as the kernel writes them, whatever locale the host program has set.
std::ifstream opened(const fs::path& path) {
  std::ifstream file(path);
  file.imbue(std::locale::classic());
  return file;
}

/// cpu.max of one group: "QUOTA PERIOD" in microseconds, or "max PERIOD".
int quota_v2(const fs::path& group) {
  std::ifstream file = opened(group / "cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max") return 0;
  return whole(std::strtod(quota.c_str(), nullptr), period);
}

int quota_v1(const fs::path& group) {
  std::ifstream quota_file = opened(group / "cpu.cfs_quota_us"), period_file = opened(group / "cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (!(quota_file >> quota) || !(period_file >> period)) return 0;
  return whole(quota, period);
}

/// The least of a group and those that it lies in, up to `top`.
template <class Quota>
int least_up_to(const fs::path& top, std::string group, const Quota& quota) {
  int least = 0;
  for (;;) {
    const int here = quota(fs::path(top.string() + group));
    if (here > 0) least = least == 0 ? here : std::min(least, here);
    const std::size_t slash = group.find_last_of('/');
    if (slash == std::string::npos || group.empty()) return least;
    group.resize(slash);
  }
}

}  // namespace

int processors_of_quota(const fs::path& root) {
  std::ifstream file(root / "proc/self/cgroup");
  int least = 0;
  for (std::string line; std::getline(file, line);) {  // "0::/group" (v2), "4:cpu,cpuacct:/group" (v1)
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = ',' + line.substr(first + 1, second - first - 1) + ',';
    std::string group = line.substr(second + 1);
    if (group == "/") group.clear();
    int found = 0;
    if (controllers == ",,") {
      found = least_up_to(root / "sys/fs/cgroup", group, quota_v2);
    } else if (controllers.find(",cpu,") != std::string::npos) {
      found = least_up_to(root / "sys/fs/cgroup/cpu", group, quota_v1);
    }
    if (found > 0) least = least == 0 ? found : std::min(least, found);
  }
  return least;
}

int usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
                                                             : static_cast<int>(std::thread::hardware_concurrency());
  if (const int quota = processors_of_quota(); quota > 0) count = std::min(count, quota);
  return std::max(count, 1);
}

}  // namespace mog
