// Integers of AVX2.
#pragma once

#include "core/kernels/integers.hpp"

#if defined(__AVX2__) && !defined(__AVX512BW__)

namespace mog::kernels {

template <>
struct Integers<xsimd::fma3<xsimd::avx2>> {
  using Int = __m256i;
  using Bytes = __m256i;
  using Shorts = __m256i;
  using Codes = __m256i;
  using ByteSum = __m256i;  // 16-bit sums of pairs
  using ShortSum = __m256i;
  static constexpr Index kLanes = 8;
  static constexpr Index kByteSteps = 64;  // 2 * 255 * 64 < 2^15

  static Int zero() { return _mm256_setzero_si256(); }
  static Int all(Index n) { return _mm256_set1_epi32(static_cast<int>(n)); }
  static Int load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static Int add(Int a, Int b) { return _mm256_add_epi32(a, b); }
  static Int times_256(Int a) { return _mm256_slli_epi32(a, 8); }
  static Int sub(Int a, Int b) { return _mm256_sub_epi32(a, b); }
  static Int quarter(Int a) { return _mm256_srai_epi32(a, 2); }
  static Int widen(const std::int8_t* p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }

  using Words = __m256i;
  static Words load_all_words(const std::int16_t* p) { return load(p); }
  static Words load_words(const std::int16_t* p, Index n) {
    if (n >= 16) return load(p);
    alignas(32) std::int16_t part[16] = {};
    store_part(part, p, n);
    return load(part);
  }
  static void store_words(std::int16_t* p, Words a) { store(p, a, 16); }
  static Words add_words(Words a, Words b) { return _mm256_add_epi16(a, b); }
  static Words sub_words(Words a, Words b) { return _mm256_sub_epi16(a, b); }

  static Bytes four_bytes(const std::uint8_t* x) { return _mm256_set1_epi32(load32(x)); }
  static ByteSum begin_bytes(Int) { return zero(); }
  static ByteSum dot(ByteSum sum, Bytes x, Int w) { return _mm256_add_epi16(sum, _mm256_maddubs_epi16(x, w)); }
  static Int end_bytes(Int total, ByteSum sum) { return add(total, _mm256_madd_epi16(sum, _mm256_set1_epi16(1))); }

  static Shorts two_shorts(const std::int16_t* x) { return _mm256_set1_epi32(load32(x)); }
  static Shorts spread(const std::int16_t* x, Int places) {
    const __m128i numbers = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x));
    return _mm256_permutevar8x32_epi32(_mm256_castsi128_si256(numbers), places);
  }
  static ShortSum begin_shorts() { return zero(); }
  static ShortSum dot_shorts(ShortSum sum, Shorts x, Int w) { return add(sum, _mm256_madd_epi16(x, w)); }
  static Int end_shorts(ShortSum sum) { return held(sum); }

  static void store_shorts(std::int16_t* y, Int a, Int b, Index n) { store(y, _mm256_packs_epi32(a, b), n); }
  static void store_saturated(std::int16_t* y, Int a, Index n) {
    const Int shorts = _mm256_permute4x64_epi64(_mm256_packs_epi32(a, a), 0xD8);
    if (n >= 8) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(y), _mm256_castsi256_si128(shorts));
    } else {
      store(y, shorts, n);
    }
  }
  template <int kShift>
  static void store_bytes(std::uint8_t* y, Int a, Index n) {
    const Int lowest = _mm256_and_si256(_mm256_srli_epi32(a, kShift), _mm256_set1_epi32(255));
    const Int shorts = _mm256_permute4x64_epi64(_mm256_packus_epi32(lowest, lowest), 0xD8);
    const Int bytes = _mm256_packus_epi16(shorts, shorts);
    if (n >= 8) {
      _mm_storel_epi64(reinterpret_cast<__m128i*>(y), _mm256_castsi256_si128(bytes));
    } else {
      store(y, bytes, n);
    }
  }
  static void store_two_bytes(std::uint8_t* ya, std::uint8_t* yb, Index plane, Int a, Int b) {
    // As with AVX-512, with half as many lanes.
    const Int words = _mm256_blend_epi16(a, _mm256_slli_epi32(b, 16), 0xAA);
    const __m128i apart = _mm_set_epi8(14, 10, 6, 2, 12, 8, 4, 0, 15, 11, 7, 3, 13, 9, 5, 1);
    const Int bytes = _mm256_shuffle_epi8(words, _mm256_broadcastsi128_si256(apart));
    const Int all = _mm256_permutevar8x32_epi32(bytes, _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0));
    const auto store = [](std::uint8_t* y, std::int64_t part) { __builtin_memcpy(y, &part, sizeof(part)); };
    store(ya, _mm256_extract_epi64(all, 0));
    store(yb, _mm256_extract_epi64(all, 1));
    store(ya + plane, _mm256_extract_epi64(all, 2));
    store(yb + plane, _mm256_extract_epi64(all, 3));
  }
  static void store_floats(float* y, Int a, Index n) { store(y, _mm256_castps_si256(_mm256_cvtepi32_ps(a)), n); }

  static Codes codes(const Int (&sums)[4], const std::int16_t* limits, int count, const std::uint8_t* base) {
    Int counts[2];
    for (int h = 0; h < 2; ++h) {
      const Int x = _mm256_packs_epi32(sums[2 * h], sums[2 * h + 1]);
      counts[h] = zero();
      for (int j = 0; j < count; ++j) {
        counts[h] = _mm256_sub_epi16(counts[h], _mm256_cmpgt_epi16(x, load(limits + j * 32 + h * 16)));
      }
    }
    const Int bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(counts[0], counts[1]), 0xD8);
    return _mm256_add_epi8(bytes, load(base));
  }
  static Int less_if_below(Int code, Int sum, Int level) { return add(code, _mm256_cmpgt_epi32(level, sum)); }
  static Codes narrow_codes(const Int (&codes)[4]) {
    const Int low = _mm256_packs_epi32(codes[0], codes[1]), high = _mm256_packs_epi32(codes[2], codes[3]);
    return _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xD8);
  }
  static Int larger_magnitude(Int largest, Int floats) {
    return _mm256_max_epi32(largest, _mm256_and_si256(floats, _mm256_set1_epi32(0x7fffffff)));
  }
  static std::uint32_t largest_lane(Int a) {
    alignas(32) std::uint32_t lanes[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), a);
    std::uint32_t largest = lanes[0];
    for (const std::uint32_t lane : lanes) largest = lane > largest ? lane : largest;
    return largest;
  }
  static Int rounded(const float* p, float up) {
    return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(p), _mm256_set1_ps(up)));
  }
  static Words pairs(Int even, Int odd) { return _mm256_blend_epi16(even, _mm256_slli_epi32(odd, 16), 0xAA); }
  static Words code_pairs(const std::uint8_t* even, const std::uint8_t* odd) {
    const auto widened = [](const std::uint8_t* p) {
      return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    };
    return _mm256_or_si256(widened(even), _mm256_slli_epi32(widened(odd), 16));
  }
  static Words short_pairs(const std::int16_t* even, const std::int16_t* odd) {
    const auto widened = [](const std::int16_t* p) {
      return _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    };
    return _mm256_or_si256(widened(even), _mm256_slli_epi32(widened(odd), 16));
  }
  static Words larger_word(Words largest, Words a) { return _mm256_max_epu16(largest, _mm256_abs_epi16(a)); }
  static void put_scaled(float* y, Int a, float down, bool add) {
    const __m256 scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(a), _mm256_set1_ps(down));
    _mm256_storeu_ps(y, add ? _mm256_add_ps(_mm256_loadu_ps(y), scaled) : scaled);
  }
  static void store_codes(std::uint8_t* y, Codes codes, Index n) { store(y, codes, n); }
  static void store_halves(std::uint8_t* ya, std::uint8_t* yb, Codes codes, Index n) {
    if (n >= 16) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(ya), _mm256_castsi256_si128(codes));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(yb), _mm256_extracti128_si256(codes, 1));
    } else {
      store(ya, codes, n);
      store(yb, _mm256_permute4x64_epi64(codes, 0xEE), n);
    }
  }

 private:
  template <class T>
  static void store(T* y, Int a, Index n) {
    constexpr Index kAll = 32 / static_cast<Index>(sizeof(T));
    if (n >= kAll) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), a);
    } else {
      alignas(32) T part[kAll];
      _mm256_store_si256(reinterpret_cast<__m256i*>(part), a);
      store_part(y, part, n);
    }
  }
};

static_assert(IntegerVectors<Integers<xsimd::fma3<xsimd::avx2>>>);

}  // namespace mog::kernels

#endif
