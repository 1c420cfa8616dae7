// What a host program may have set of the floating-point environment: rounding, and zeros in place of denormal numbers.
#pragma once

#include <cfenv>
#include <cstdint>
#include <vector>

namespace mog::test {

struct HostSetting {
  const char* name;
  int rounding;
  bool flush;
};

inline std::vector<HostSetting> host_settings() {
  return {{"upward", FE_UPWARD, false},
          {"downward", FE_DOWNWARD, false},
          {"toward zero", FE_TOWARDZERO, false},
          {"denormal numbers are zero", FE_TONEAREST, true},
          {"upward, denormal numbers are zero", FE_UPWARD, true}};
}

/// Denormal results and operands are zero, as -ffast-math sets it, or not.
inline void set_flush(bool on) {
#if defined(__x86_64__)
  const unsigned flags = 0x8040, now = __builtin_ia32_stmxcsr();  // flush to zero, denormals are zero
  __builtin_ia32_ldmxcsr(on ? now | flags : now & ~flags);
#elif defined(__aarch64__)
  std::uint64_t now;
  asm volatile("mrs %0, fpcr" : "=r"(now));
  const std::uint64_t flag = std::uint64_t{1} << 24;
  asm volatile("msr fpcr, %0" : : "r"(on ? now | flag : now & ~flag));
#endif
}

/// Sets it while it lives, for this thread and those that it starts.
class HostEnvironment {
 public:
  explicit HostEnvironment(const HostSetting& setting) {
    std::fegetenv(&before_);
    std::fesetround(setting.rounding);
    set_flush(setting.flush);
  }
  HostEnvironment(const HostEnvironment&) = delete;
  HostEnvironment& operator=(const HostEnvironment&) = delete;
  ~HostEnvironment() { std::fesetenv(&before_); }

 private:
  std::fenv_t before_;
};

/// How this thread computes: 1 + 2^-24 and 1 - 2^-25 as floats, and whether the smallest float is half of its double.
struct Arithmetic {
  float above, below;
  bool denormal;
  friend bool operator==(const Arithmetic&, const Arithmetic&) = default;
};
[[gnu::noinline]] inline Arithmetic arithmetic() {
  const volatile float one = 1, small = 0x1p-25F, smallest = 0x1p-149F, twice = 0x1p-148F;
  const volatile float above = one + small, below = one - small, half = twice * 0.5F;
  return {above, below, half == smallest && smallest != 0};
}
inline constexpr Arithmetic kStandardArithmetic{1, 1, true};

}  // namespace mog::test
