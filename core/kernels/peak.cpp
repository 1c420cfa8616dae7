// One loop for each instruction set, of twelve sums that do not wait for each other; and a copy.
#include "core/kernels/peak.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "core/parallel.hpp"

namespace mog::kernels {
namespace {

// Two units, latencies of 4 to 5 cycles: 8 to 10 sums keep them busy, and 12 fit in 16 registers.
constexpr int kSums = 12;
constexpr int kRounds = 1 << 14;

/// Makes the compiler believe that the value is read here, and may have been changed.
template <class T>
void used(T& value) {
  asm volatile("" : "+m"(value) : : "memory");
}

using Baseline [[gnu::vector_size(16)]] = float;

void baseline() {
  Baseline sum[kSums] = {}, x = {0.5F, 0.5F, 0.5F, 0.5F};
  used(x);
  for (int i = 0; i < kRounds; ++i) {
    for (Baseline& s : sum) s = s * x + x;
  }
  for (Baseline& s : sum) used(s);
}

#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] void avx2() {
  __m256 sum[kSums], x = _mm256_set1_ps(0.5F);
  for (__m256& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m256& s : sum) s = _mm256_fmadd_ps(s, x, x);
  }
  for (__m256& s : sum) used(s);
}

[[gnu::target("avx512f")]] void avx512() {
  __m512 sum[kSums], x = _mm512_set1_ps(0.5F);
  for (__m512& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m512& s : sum) s = _mm512_fmadd_ps(s, x, x);
  }
  for (__m512& s : sum) used(s);
}
#elif defined(__aarch64__)
void neon64() {
  float32x4_t sum[kSums], x = vdupq_n_f32(0.5F);
  for (float32x4_t& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (float32x4_t& s : sum) s = vfmaq_f32(x, s, x);
  }
  for (float32x4_t& s : sum) used(s);
}
#endif

using Words [[gnu::vector_size(16)]] = std::int32_t;

void baseline_bytes() {
  Words sum[kSums] = {}, x = {1, 2, 3, 4};
  used(x);
  for (int i = 0; i < kRounds; ++i) {
    for (Words& s : sum) s = s * x + x;
  }
  for (Words& s : sum) used(s);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void avx2_bytes() {
  __m256i sum[kSums], x = _mm256_set1_epi8(1);
  used(x);
  for (__m256i& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m256i& s : sum) s = _mm256_add_epi16(x, _mm256_maddubs_epi16(s, x));
  }
  for (__m256i& s : sum) used(s);
}

[[gnu::target("avx512bw")]] void avx512_bytes() {
  __m512i sum[kSums], x = _mm512_set1_epi8(1);
  used(x);
  for (__m512i& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m512i& s : sum) s = _mm512_add_epi16(x, _mm512_maddubs_epi16(s, x));
  }
  for (__m512i& s : sum) used(s);
}

[[gnu::target("avx512vnni")]] void avx512vnni_bytes() {
  __m512i sum[kSums], x = _mm512_set1_epi32(0x01010101);
  used(x);
  for (__m512i& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m512i& s : sum) {
      __m512i next = _mm512_dpbusd_epi32(s, x, x);
      asm("" : "+v"(next));  // gcc 12 would copy every sum twice a round
      s = next;
    }
  }
  for (__m512i& s : sum) used(s);
}
#elif defined(__aarch64__)
void neon64_bytes() {
  int16x8_t sum[kSums], x = vdupq_n_s16(1);
  for (int16x8_t& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (int16x8_t& s : sum) s = vmlaq_s16(x, s, x);
  }
  for (int16x8_t& s : sum) used(s);
}
#endif

constexpr double operations(int lanes) { return 2.0 * lanes * kSums * kRounds; }

}  // namespace

double multiply_add_burst(Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case Isa::avx512vnni:
    case Isa::avx512: avx512(); return operations(16);
    case Isa::avx2: avx2(); return operations(8);
#elif defined(__aarch64__)
    case Isa::neon64: neon64(); return operations(4);
#endif
    default: baseline(); return operations(4);
  }
}

double byte_dot_burst(Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case Isa::avx512vnni: avx512vnni_bytes(); return operations(64) / 2;
    case Isa::avx512: avx512_bytes(); return operations(64) / 2;
    case Isa::avx2: avx2_bytes(); return operations(32) / 2;
#elif defined(__aarch64__)
    case Isa::neon64: neon64_bytes(); return operations(8) / 2;
#endif
    default: baseline_bytes(); return operations(4) / 2;
  }
}

Peaks measure_peaks() {
  using Clock = std::chrono::steady_clock;
  constexpr int kTries = 5, kBursts = 60;
  constexpr Index kFloats = 1 << 22;  // of a thread's block: 16 MB
  const Index count = mog::threads();
  std::vector<float> from(static_cast<std::size_t>(count * kFloats)), to(from.size());
  std::vector<double> operations(static_cast<std::size_t>(count));
  const auto seconds = [count](const auto& work) {
    const Clock::time_point start = Clock::now();
    parallel_for(count, work);
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  Peaks peaks{};
  for (int i = 0; i < kTries; ++i) {
    const double burst = seconds([&](Index thread) {
      double& mine = operations[static_cast<std::size_t>(thread)];
      mine = 0;
      for (int b = 0; b < kBursts; ++b) mine += multiply_add_burst(chosen_isa());
    });
    double total = 0;
    for (const double mine : operations) total += mine;
    peaks.flops = std::max(peaks.flops, total / burst);
    const double copy = seconds(
        [&](Index thread) { std::copy_n(from.data() + thread * kFloats, kFloats, to.data() + thread * kFloats); });
    peaks.bytes = std::max(peaks.bytes, 2.0 * static_cast<double>(count * kFloats) * sizeof(float) / copy);
  }
  return peaks;
}

}  // namespace mog::kernels
