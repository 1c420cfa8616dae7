// Integers of AVX-512, and of AVX-512 with VNNI.
#pragma once

#include "core/kernels/integers.hpp"

#if defined(__AVX512BW__)

namespace mog::kernels {

template <>
struct Integers<xsimd::avx512bw> {
  using Int = __m512i;
  using Bytes = __m512i;
  using Shorts = __m512i;
  using Codes = __m512i;
  using ByteSum = __m512i;  // 16-bit sums of pairs
  using ShortSum = __m512i;
  static constexpr Index kLanes = 16;
  static constexpr Index kByteSteps = 64;  // 2 * 255 * 64 < 2^15

  static Int zero() { return _mm512_setzero_si512(); }
  static Int all(Index n) { return _mm512_set1_epi32(static_cast<int>(n)); }
  static Int load(const void* p) { return _mm512_loadu_si512(p); }
  static Int add(Int a, Int b) { return _mm512_add_epi32(a, b); }
  static Int times_256(Int a) { return _mm512_slli_epi32(a, 8); }
  static Int sub(Int a, Int b) { return _mm512_sub_epi32(a, b); }
  static Int quarter(Int a) { return _mm512_srai_epi32(a, 2); }
  static Int widen(const std::int8_t* p) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }

  using Words = __m512i;
  static Words load_all_words(const std::int16_t* p) { return load(p); }
  static Words load_words(const std::int16_t* p, Index n) { return _mm512_maskz_loadu_epi16(first32(n), p); }
  static void store_words(std::int16_t* p, Words a) { _mm512_storeu_si512(p, a); }
  static Words add_words(Words a, Words b) { return _mm512_add_epi16(a, b); }
  static Words sub_words(Words a, Words b) { return _mm512_sub_epi16(a, b); }

  static Bytes four_bytes(const std::uint8_t* x) { return _mm512_set1_epi32(load32(x)); }
  static ByteSum begin_bytes(Int) { return zero(); }
  static ByteSum dot(ByteSum sum, Bytes x, Int w) { return _mm512_add_epi16(sum, _mm512_maddubs_epi16(x, w)); }
  static Int end_bytes(Int total, ByteSum sum) { return add(total, _mm512_madd_epi16(sum, _mm512_set1_epi16(1))); }

  static Shorts two_shorts(const std::int16_t* x) { return _mm512_set1_epi32(load32(x)); }
  static Shorts spread(const std::int16_t* x, Int places) {
    const __m256i numbers = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x));
    return _mm512_permutexvar_epi32(places, _mm512_castsi256_si512(numbers));
  }
  static ShortSum begin_shorts() { return zero(); }
  static ShortSum dot_shorts(ShortSum sum, Shorts x, Int w) { return add(sum, _mm512_madd_epi16(x, w)); }
  static Int end_shorts(ShortSum sum) { return held(sum); }

  static void store_shorts(std::int16_t* y, Int a, Int b, Index n) {
    _mm512_mask_storeu_epi16(y, first32(n), _mm512_packs_epi32(a, b));
  }
  static void store_saturated(std::int16_t* y, Int a, Index n) {
    _mm256_mask_storeu_epi16(y, static_cast<__mmask16>(first32(n)), _mm512_cvtsepi32_epi16(a));
  }
  template <int kShift>
  static void store_bytes(std::uint8_t* y, Int a, Index n) {
    const __m128i bytes = _mm512_cvtepi32_epi8(_mm512_srli_epi32(a, kShift));
    _mm_mask_storeu_epi8(y, static_cast<__mmask16>(first32(n)), bytes);
  }
  static void store_two_bytes(std::uint8_t* ya, std::uint8_t* yb, Index plane, Int a, Int b) {
    // The low words of a and b side by side. Then in each 128 bits: four high bytes of a, four of b, four low ones of
    // a, four of b. Then each of these four from all 128-bit parts together.
    const Int words = _mm512_mask_blend_epi16(0xAAAAAAAA, a, _mm512_slli_epi32(b, 16));
    const __m128i apart = _mm_set_epi8(14, 10, 6, 2, 12, 8, 4, 0, 15, 11, 7, 3, 13, 9, 5, 1);
    const Int quarters = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    const Int bytes = _mm512_shuffle_epi8(words, _mm512_broadcast_i32x4(apart));
    const Int all = _mm512_permutexvar_epi32(quarters, bytes);
    const auto store = [](std::uint8_t* y, __m128i part) { _mm_storeu_si128(reinterpret_cast<__m128i*>(y), part); };
    store(ya, _mm512_castsi512_si128(all));
    store(yb, _mm512_extracti32x4_epi32(all, 1));
    store(ya + plane, _mm512_extracti32x4_epi32(all, 2));
    store(yb + plane, _mm512_extracti32x4_epi32(all, 3));
  }

  static void store_floats(float* y, Int a, Index n) {
    _mm512_mask_storeu_ps(y, static_cast<__mmask16>(first32(n)), _mm512_cvtepi32_ps(a));
  }

  static Int larger_magnitude(Int largest, Int floats) {
    return _mm512_max_epi32(largest, _mm512_and_si512(floats, _mm512_set1_epi32(0x7fffffff)));
  }
  static std::uint32_t largest_lane(Int a) { return static_cast<std::uint32_t>(_mm512_reduce_max_epi32(a)); }
  static Int rounded(const float* p, float up) {
    return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(p), _mm512_set1_ps(up)));
  }
  static Words pairs(Int even, Int odd) {
    return _mm512_mask_blend_epi16(0xAAAAAAAA, even, _mm512_slli_epi32(odd, 16));
  }
  static Words code_pairs(const std::uint8_t* even, const std::uint8_t* odd) {
    const auto widened = [](const std::uint8_t* p) {
      return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    };
    return _mm512_or_si512(widened(even), _mm512_slli_epi32(widened(odd), 16));
  }
  static Words short_pairs(const std::int16_t* even, const std::int16_t* odd) {
    const auto widened = [](const std::int16_t* p) {
      return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    };
    return _mm512_or_si512(widened(even), _mm512_slli_epi32(widened(odd), 16));
  }
  static Words larger_word(Words largest, Words a) { return _mm512_max_epu16(largest, _mm512_abs_epi16(a)); }
  static void put_scaled(float* y, Int a, float down, bool add) {
    const __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(a), _mm512_set1_ps(down));
    _mm512_storeu_ps(y, add ? _mm512_add_ps(_mm512_loadu_ps(y), scaled) : scaled);
  }

  static Codes codes(const Int (&sums)[4], const std::int16_t* limits, int count, const std::uint8_t* base) {
    const Int x[2] = {_mm512_packs_epi32(sums[0], sums[1]), _mm512_packs_epi32(sums[2], sums[3])};
    return count == 7 ? three_bits(x, limits, base) : any_bits(x, limits, count, base);
  }
  static Int less_if_below(Int code, Int sum, Int level) {
    return _mm512_mask_sub_epi32(code, _mm512_cmplt_epi32_mask(sum, level), code, _mm512_set1_epi32(1));
  }
  static Codes narrow_codes(const Int (&codes)[4]) {
    const __m256i low = _mm512_cvtepi16_epi8(_mm512_packs_epi32(codes[0], codes[1]));
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), _mm512_cvtepi16_epi8(_mm512_packs_epi32(codes[2], codes[3])),
                              1);
  }
  static void store_codes(std::uint8_t* y, Codes codes, Index n) {
    if (n >= 64) {
      _mm512_storeu_si512(y, codes);
    } else {
      _mm512_mask_storeu_epi8(y, (1ULL << n) - 1, codes);
    }
  }
  static void store_halves(std::uint8_t* ya, std::uint8_t* yb, Codes codes, Index n) {
    _mm256_mask_storeu_epi8(ya, first32(n), _mm512_castsi512_si256(codes));
    _mm256_mask_storeu_epi8(yb, first32(n), _mm512_extracti64x4_epi64(codes, 1));
  }

 protected:
  static __mmask32 first32(Index n) { return n >= 32 ? ~0U : (1U << n) - 1; }
  static __mmask64 join(__mmask32 low, __mmask32 high) { return _mm512_kunpackd(high, low); }
  static Int limit(const std::int16_t* limits, int j, int half) {
    return _mm512_loadu_si512(limits + j * 64 + half * 32);
  }

  /// A binary search: three comparisons in place of seven.
  static Int three_bits(const Int* x, const std::int16_t* limits, const std::uint8_t* base) {
    __mmask32 bit4[2], bit2[2], bit1[2];
    for (int h = 0; h < 2; ++h) {
      const auto at = [&](int j) { return limit(limits, j, h); };
      const __mmask32 four = _mm512_cmpgt_epi16_mask(x[h], at(3));
      const __mmask32 two = _mm512_cmpgt_epi16_mask(x[h], _mm512_mask_blend_epi16(four, at(1), at(5)));
      const Int low = _mm512_mask_blend_epi16(four, at(0), at(4)), high = _mm512_mask_blend_epi16(four, at(2), at(6));
      bit4[h] = four;
      bit2[h] = two;
      bit1[h] = _mm512_cmpgt_epi16_mask(x[h], _mm512_mask_blend_epi16(two, low, high));
    }
    Int code = load(base);
    code = _mm512_mask_add_epi8(code, join(bit4[0], bit4[1]), code, load(base + 64));
    code = _mm512_mask_add_epi8(code, join(bit2[0], bit2[1]), code, load(base + 128));
    return _mm512_mask_add_epi8(code, join(bit1[0], bit1[1]), code, load(base + 192));
  }

  static Int any_bits(const Int* x, const std::int16_t* limits, int count, const std::uint8_t* base) {
    Int code = load(base);
    for (int j = 0; j < count; ++j) {
      const __mmask64 above =
          join(_mm512_cmpgt_epi16_mask(x[0], limit(limits, j, 0)), _mm512_cmpgt_epi16_mask(x[1], limit(limits, j, 1)));
      code = _mm512_mask_add_epi8(code, above, code, _mm512_set1_epi8(1));
    }
    return code;
  }
};

static_assert(IntegerVectors<Integers<xsimd::avx512bw>>);

#if defined(__AVX512VNNI__)

template <>
struct Integers<WithVnni<xsimd::avx512bw>> : Integers<xsimd::avx512bw> {
  static constexpr Index kByteSteps = 0;  // sums of 32 bits

  // In assembler for the reason given at held(): gcc would spill the sums.
  static ByteSum begin_bytes(Int total) { return total; }
  static ByteSum dot(ByteSum sum, Bytes x, Int w) {
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
    return sum;
  }
  static Int end_bytes(Int, ByteSum sum) { return held(sum); }
  static ShortSum dot_shorts(ShortSum sum, Shorts x, Int w) {
    asm("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
    return sum;
  }
};

static_assert(IntegerVectors<Integers<WithVnni<xsimd::avx512bw>>>);

#endif

}  // namespace mog::kernels

#endif
