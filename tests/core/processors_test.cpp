// Quotas of control groups, as files that Linux would show.
#include "core/processors.hpp"

#include <doctest/doctest.h>

#include "tests/core/temporary_folder.hpp"

using mog::processors_of_quota;
using mog::testing::put_file;
using mog::testing::TemporaryFolder;

namespace {

void put(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  put_file(path, text);
}

}  // namespace

TEST_CASE("without a quota there is none to keep") {
  const TemporaryFolder root;
  CHECK(processors_of_quota(root / "") == 0);
  put(root / "proc/self/cgroup", "0::/\n");
  put(root / "sys/fs/cgroup/cpu.max", "max 100000\n");
  CHECK(processors_of_quota(root / "") == 0);
}

TEST_CASE("version 2: a quota is rounded up, and the least of the groups around counts") {
  const TemporaryFolder root;
  put(root / "proc/self/cgroup", "0::/outer/inner\n");
  put(root / "sys/fs/cgroup/outer/cpu.max", "250000 100000\n");
  CHECK(processors_of_quota(root / "") == 3);
  put(root / "sys/fs/cgroup/outer/inner/cpu.max", "20000 100000\n");
  CHECK(processors_of_quota(root / "") == 1);
  put(root / "sys/fs/cgroup/outer/inner/cpu.max", "max 100000\n");
  CHECK(processors_of_quota(root / "") == 3);
  put(root / "sys/fs/cgroup/cpu.max", "200000 100000\n");  // of a container, which sees its own group as the root
  CHECK(processors_of_quota(root / "") == 2);
}

TEST_CASE("version 1: quota and period are files of their own, -1 is none") {
  const TemporaryFolder root;
  put(root / "proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/box\n");
  put(root / "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
  put(root / "sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
  CHECK(processors_of_quota(root / "") == 0);
  put(root / "sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "400000\n");
  CHECK(processors_of_quota(root / "") == 4);
}

TEST_CASE("this process may use at least one processor") { CHECK(mog::usable_processors() >= 1); }
