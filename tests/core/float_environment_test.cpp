// The floating-point environment: ours within, the host's again behind it, on every thread.
#include "core/float_environment.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "core/parallel.hpp"
#include "tests/support/host_environment.hpp"

using mog::FloatEnvironment;
using mog::Index;
using mog::test::arithmetic;
using mog::test::Arithmetic;
using mog::test::HostEnvironment;
using mog::test::kStandardArithmetic;

namespace {

/// What each of many pieces of work finds.
std::vector<Arithmetic> found(int threads) {
  const mog::ThreadLimit limit(threads);
  std::vector<Arithmetic> each(200);
  mog::parallel_for(200, [&](Index i) { each[static_cast<std::size_t>(i)] = arithmetic(); });
  return each;
}

bool all_standard(const std::vector<Arithmetic>& each) {
  return std::all_of(each.begin(), each.end(), [](const Arithmetic& one) { return one == kStandardArithmetic; });
}

}  // namespace

TEST_CASE("numbers are rounded to nearest and denormal ones kept, whatever the host has set, which is as before then") {
  REQUIRE(arithmetic() == kStandardArithmetic);
  for (const auto& setting : mog::test::host_settings()) {
    CAPTURE(setting.name);
    const HostEnvironment host(setting);
    const Arithmetic own = arithmetic();
    CHECK_FALSE(own == kStandardArithmetic);
    {
      const FloatEnvironment standard;
      CHECK(arithmetic() == kStandardArithmetic);
      const FloatEnvironment again;
      CHECK(arithmetic() == kStandardArithmetic);
    }
    CHECK(arithmetic() == own);
  }
}

TEST_CASE("an exception that the host wants to trap does not trap in it") {
#if defined(__GLIBC__) && defined(__x86_64__)
  feenableexcept(FE_DIVBYZERO | FE_INVALID);
  {
    const FloatEnvironment standard;
    const volatile float zero = 0;
    CHECK(1 / zero > 1);
  }
  CHECK(fegetexcept() == (FE_DIVBYZERO | FE_INVALID));
  fedisableexcept(FE_ALL_EXCEPT);
#endif
}

TEST_CASE("what flags report stays") {
  std::feclearexcept(FE_ALL_EXCEPT);
  {
    const FloatEnvironment standard;
    const volatile float zero = 0, infinite = 1 / zero;
    CHECK(infinite > 1);
  }
  CHECK(std::fetestexcept(FE_DIVBYZERO) != 0);
  std::feclearexcept(FE_ALL_EXCEPT);
}

TEST_CASE("every piece of parallel work finds it, on threads from before and from after the host's setting") {
  const int threads_before = mog::threads();
  mog::set_threads(4);
  for (const auto& setting : mog::test::host_settings()) {
    CAPTURE(setting.name);
    CHECK(all_standard(found(3)));
    const HostEnvironment host(setting);
    const Arithmetic own = arithmetic();
    CHECK(all_standard(found(1)));
    CHECK(all_standard(found(3)));
    bool all = false, unchanged = false;
    std::thread([&] {
      all = all_standard(found(3));
      unchanged = arithmetic() == own;
    }).join();
    CHECK(all);
    CHECK(unchanged);
    CHECK(arithmetic() == own);
  }
  mog::set_threads(threads_before);
}
