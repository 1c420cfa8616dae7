// How many processors this process may use: what the system, an affinity mask and a container leave it.
#pragma once

#include <filesystem>

namespace mog {

/// Whole processors that a CPU quota allows (cgroup v2 cpu.max, v1 cpu.cfs_quota_us), rounded up, at least 1; 0 where
/// there is none. `root` stands before /proc and /sys: a test's own folder.
int processors_of_quota(const std::filesystem::path& root = "/");

/// The smaller of what the affinity mask and a quota leave, at least 1.
int usable_processors();

}  // namespace mog
