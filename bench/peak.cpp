// The measured limit of arithmetic: one loop an instruction set, twelve sums that wait for nobody but themselves.
#include "bench/peak.hpp"

#include <benchmark/benchmark.h>

#include <ctime>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace mog::bench {
namespace {

// Two units, latencies of 4 to 5 cycles: 8 to 10 sums keep them busy, and 12 fit in 16 registers.
constexpr int kSums = 12;
constexpr int kRounds = 1 << 14;

using Baseline [[gnu::vector_size(16)]] = float;

void baseline() {
  Baseline sum[kSums] = {}, x = {0.5F, 0.5F, 0.5F, 0.5F};
  benchmark::DoNotOptimize(x);
  for (int i = 0; i < kRounds; ++i) {
    for (Baseline& s : sum) s = s * x + x;
  }
  for (Baseline& s : sum) benchmark::DoNotOptimize(s);
}

#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] void avx2() {
  __m256 sum[kSums], x = _mm256_set1_ps(0.5F);
  for (__m256& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m256& s : sum) s = _mm256_fmadd_ps(s, x, x);
  }
  for (__m256& s : sum) benchmark::DoNotOptimize(s);
}

[[gnu::target("avx512f")]] void avx512() {
  __m512 sum[kSums], x = _mm512_set1_ps(0.5F);
  for (__m512& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m512& s : sum) s = _mm512_fmadd_ps(s, x, x);
  }
  for (__m512& s : sum) benchmark::DoNotOptimize(s);
}
#elif defined(__aarch64__)
void neon64() {
  float32x4_t sum[kSums], x = vdupq_n_f32(0.5F);
  for (float32x4_t& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (float32x4_t& s : sum) s = vfmaq_f32(x, s, x);
  }
  for (float32x4_t& s : sum) benchmark::DoNotOptimize(s);
}
#endif

constexpr double operations(int lanes) { return 2.0 * lanes * kSums * kRounds; }

}  // namespace

double multiply_add_burst(kernels::Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case kernels::Isa::avx512: avx512(); return operations(16);
    case kernels::Isa::avx2: avx2(); return operations(8);
#elif defined(__aarch64__)
    case kernels::Isa::neon64: neon64(); return operations(4);
#endif
    default: baseline(); return operations(4);
  }
}

double thread_seconds() {
  std::timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace mog::bench
