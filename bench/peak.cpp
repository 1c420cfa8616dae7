// The measured limit of arithmetic: one loop an instruction set, twelve sums that wait for nobody but themselves.
#include "bench/peak.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
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

using Words [[gnu::vector_size(16)]] = std::int32_t;

void baseline_bytes() {
  Words sum[kSums] = {}, x = {1, 2, 3, 4};
  benchmark::DoNotOptimize(x);
  for (int i = 0; i < kRounds; ++i) {
    for (Words& s : sum) s = s * x + x;
  }
  for (Words& s : sum) benchmark::DoNotOptimize(s);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void avx2_bytes() {
  __m256i sum[kSums], x = _mm256_set1_epi8(1);
  benchmark::DoNotOptimize(x);
  for (__m256i& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m256i& s : sum) s = _mm256_add_epi16(x, _mm256_maddubs_epi16(s, x));
  }
  for (__m256i& s : sum) benchmark::DoNotOptimize(s);
}

[[gnu::target("avx512bw")]] void avx512_bytes() {
  __m512i sum[kSums], x = _mm512_set1_epi8(1);
  benchmark::DoNotOptimize(x);
  for (__m512i& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m512i& s : sum) s = _mm512_add_epi16(x, _mm512_maddubs_epi16(s, x));
  }
  for (__m512i& s : sum) benchmark::DoNotOptimize(s);
}

[[gnu::target("avx512vnni")]] void avx512vnni_bytes() {
  __m512i sum[kSums], x = _mm512_set1_epi32(0x01010101);
  benchmark::DoNotOptimize(x);
  for (__m512i& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (__m512i& s : sum) {
      __m512i next = _mm512_dpbusd_epi32(s, x, x);
      asm("" : "+v"(next));  // gcc 12 would copy every sum twice a round
      s = next;
    }
  }
  for (__m512i& s : sum) benchmark::DoNotOptimize(s);
}
#elif defined(__aarch64__)
void neon64_bytes() {
  int16x8_t sum[kSums], x = vdupq_n_s16(1);
  for (int16x8_t& s : sum) s = x;
  for (int i = 0; i < kRounds; ++i) {
    for (int16x8_t& s : sum) s = vmlaq_s16(x, s, x);
  }
  for (int16x8_t& s : sum) benchmark::DoNotOptimize(s);
}
#endif

constexpr double operations(int lanes) { return 2.0 * lanes * kSums * kRounds; }

}  // namespace

double multiply_add_burst(kernels::Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case kernels::Isa::avx512vnni:
    case kernels::Isa::avx512: avx512(); return operations(16);
    case kernels::Isa::avx2: avx2(); return operations(8);
#elif defined(__aarch64__)
    case kernels::Isa::neon64: neon64(); return operations(4);
#endif
    default: baseline(); return operations(4);
  }
}

double byte_dot_burst(kernels::Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case kernels::Isa::avx512vnni: avx512vnni_bytes(); return operations(64) / 2;
    case kernels::Isa::avx512: avx512_bytes(); return operations(64) / 2;
    case kernels::Isa::avx2: avx2_bytes(); return operations(32) / 2;
#elif defined(__aarch64__)
    case kernels::Isa::neon64: neon64_bytes(); return operations(8) / 2;
#endif
    default: baseline_bytes(); return operations(4) / 2;
  }
}

double thread_seconds() {
  std::timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace mog::bench
