// The floating-point environment: how the processor rounds, and what it does with the smallest numbers.
#pragma once

#include <cstdint>

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <cfenv>
#endif

namespace mog {

/// While it lives, this thread rounds to nearest, keeps denormal numbers, and traps nothing; then it is as it was. The
/// same numbers come out of our loops whatever a host program, or an object that it links, has set (-ffast-math makes
/// denormal numbers zero in every thread). Where nothing was set, it only reads a register.
///
/// What was computed before and what comes after it stays there as far as numbers go through memory.
class [[nodiscard]] FloatEnvironment {
 public:
  FloatEnvironment(const FloatEnvironment&) = delete;
  FloatEnvironment& operator=(const FloatEnvironment&) = delete;

#if defined(__x86_64__)
  [[gnu::always_inline]] FloatEnvironment() {
    asm volatile("stmxcsr %0" : "=m"(host_) : : "memory");
    if (changed()) load(kStandard);
  }
  [[gnu::always_inline]] ~FloatEnvironment() {
    if (changed()) load(host_);
  }

 private:
  static constexpr std::uint32_t kStandard = 0x1f80, kFlags = 0x3f;  // flags only report
  [[gnu::always_inline]] [[nodiscard]] bool changed() const { return (host_ & ~kFlags) != kStandard; }
  [[gnu::always_inline]] static void load(std::uint32_t control) {
    asm volatile("ldmxcsr %0" : : "m"(control) : "memory");
  }
  std::uint32_t host_;
#elif defined(__aarch64__)
  [[gnu::always_inline]] FloatEnvironment() {
    asm volatile("mrs %0, fpcr" : "=r"(host_) : : "memory");
    if (host_ != 0) load(0);
  }
  [[gnu::always_inline]] ~FloatEnvironment() {
    if (host_ != 0) load(host_);
  }

 private:
  [[gnu::always_inline]] static void load(std::uint64_t control) {
    asm volatile("msr fpcr, %0" : : "r"(control) : "memory");
  }
  std::uint64_t host_;
#else
  FloatEnvironment() {
    std::fegetenv(&host_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~FloatEnvironment() { std::fesetenv(&host_); }

 private:
  std::fenv_t host_;
#endif
};

}  // namespace mog
