// Integers<Arch>: the few words of integer vectors that the kernels of the deployed network are written in.
#pragma once

#include <cstdint>
#include <xsimd/xsimd.hpp>

#include "core/kernels/integer_blocks.hpp"

namespace mog::kernels {

/// A name for AVX-512 with VNNI, which xsimd does not know.
template <class Base>
struct WithVnni {};

/// What every instruction set says in its own words; kLanes is the number of 32-bit sums in an Int.
///
///   dot(sum, x, w)        lane l: sum += x[0] w[4 l] + .. + x[3] w[4 l + 3]: four unsigned bytes x, the same for all
///                         lanes, and signed bytes w of -1, 0 or 1
///   dot(sum, x, w)        the same with two signed 16-bit numbers x and w[2 l], w[2 l + 1]
///   begin.., end..        such sums may be kept in another form, for at most kByteSteps steps of bytes
///   store_shorts          two Ints as 16-bit numbers, in the order that natural_lane says
///   store_saturated       an Int as 16-bit numbers, saturated, in the order of the lanes
///   store_bytes           the lowest bytes of an Int, in the order of the lanes
///   store_two_bytes       of two Ints the second lowest bytes, and `plane` further the lowest
///   store_floats          an Int as floats, in the order of the lanes
///   Words                 a vector of twice as many 16-bit numbers as an Int has sums; load_words gives the first n,
///                         load_all_words all
///   widen                 signed bytes as an Int of 16-bit numbers, for dot
///   quarter               a / 4 of multiples of 4
///   store_codes           codes of four Ints, in the order that natural_lane says: how many of its channel's limits
///                         each sum, brought to 16 bits with saturation, exceeds, plus `base`, behind which for each
///                         channel a 4 stands, a 2 and a 1
/// Stores write the first n elements only; limits[j] of all four Ints' channels lie side by side.
template <class Arch>
struct Integers;

[[gnu::always_inline]] inline std::int32_t load32(const void* p) {
  std::int32_t value;
  __builtin_memcpy(&value, p, sizeof(value));
  return value;
}

template <class T>
[[gnu::always_inline]] inline void store_part(T* to, const T* from, Index n) {
  for (Index i = 0; i < n; ++i) to[i] = from[i];
}

#if defined(__AVX512BW__) || defined(__AVX2__)

/// A loop's sum at its end: without this gcc 12 carries each through the loop twice, as vectors of two types, and runs
/// out of registers.
template <class Vector>
[[gnu::always_inline]] inline Vector held(Vector sum) {
  asm("" : "+v"(sum));
  return sum;
}

#endif
#if defined(__AVX512BW__)

template <>
struct Integers<xsimd::avx512bw> {
  using Int = __m512i;
  using Bytes = __m512i;
  using Shorts = __m512i;
  using ByteSum = __m512i;  // 16-bit sums of pairs
  using ShortSum = __m512i;
  static constexpr Index kLanes = 16;
  static constexpr Index kByteSteps = 64;  // 2 * 255 * 64 < 2^15

  static Int zero() { return _mm512_setzero_si512(); }
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
    // Low words of a and b side by side; in each 128 bits four high bytes of a, four of b, four low ones of a, four of
    // b; then what belongs together from all 128 bits.
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

  static void store_codes(std::uint8_t* y, const Int* sums, const std::int16_t* limits, int count,
                          const std::uint8_t* base, Index n) {
    const Int x[2] = {_mm512_packs_epi32(sums[0], sums[1]), _mm512_packs_epi32(sums[2], sums[3])};
    const Int codes = count == 7 ? three_bits(x, limits, base) : any_bits(x, limits, count, base);
    if (n >= 64) {
      _mm512_storeu_si512(y, codes);
    } else {
      _mm512_mask_storeu_epi8(y, (1ULL << n) - 1, codes);
    }
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

#endif
#if defined(__AVX512VNNI__)

template <>
struct Integers<WithVnni<xsimd::avx512bw>> : Integers<xsimd::avx512bw> {
  static constexpr Index kByteSteps = 0;  // sums of 32 bits

  // Instructions by name, for the reason that sums are held.
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

#elif defined(__AVX2__) && !defined(__AVX512F__)

template <>
struct Integers<xsimd::fma3<xsimd::avx2>> {
  using Int = __m256i;
  using Bytes = __m256i;
  using Shorts = __m256i;
  using ByteSum = __m256i;  // 16-bit sums of pairs
  using ShortSum = __m256i;
  static constexpr Index kLanes = 8;
  static constexpr Index kByteSteps = 64;  // 2 * 255 * 64 < 2^15

  static Int zero() { return _mm256_setzero_si256(); }
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
  static ShortSum begin_shorts() { return zero(); }
  static ShortSum dot_shorts(ShortSum sum, Shorts x, Int w) { return add(sum, _mm256_madd_epi16(x, w)); }
  static Int end_shorts(ShortSum sum) { return held(sum); }

  static void store_shorts(std::int16_t* y, Int a, Int b, Index n) { store(y, _mm256_packs_epi32(a, b), n); }
  static void store_saturated(std::int16_t* y, Int a, Index n) {
    store(y, _mm256_permute4x64_epi64(_mm256_packs_epi32(a, a), 0xD8), n < 8 ? n : 8);
  }
  template <int kShift>
  static void store_bytes(std::uint8_t* y, Int a, Index n) {
    const Int lowest = _mm256_and_si256(_mm256_srli_epi32(a, kShift), _mm256_set1_epi32(255));
    const Int shorts = _mm256_permute4x64_epi64(_mm256_packus_epi32(lowest, lowest), 0xD8);
    store(y, _mm256_packus_epi16(shorts, shorts), n < 8 ? n : 8);
  }
  static void store_two_bytes(std::uint8_t* ya, std::uint8_t* yb, Index plane, Int a, Int b) {
    // As with AVX-512, in half as many lanes.
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

  static void store_codes(std::uint8_t* y, const Int* sums, const std::int16_t* limits, int count,
                          const std::uint8_t* base, Index n) {
    Int codes[2];
    for (int h = 0; h < 2; ++h) {
      const Int x = _mm256_packs_epi32(sums[2 * h], sums[2 * h + 1]);
      codes[h] = zero();
      for (int j = 0; j < count; ++j) {
        codes[h] = _mm256_sub_epi16(codes[h], _mm256_cmpgt_epi16(x, load(limits + j * 32 + h * 16)));
      }
    }
    const Int bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(codes[0], codes[1]), 0xD8);
    store(y, _mm256_add_epi8(bytes, load(base)), n);
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

#elif defined(__aarch64__)

template <>
struct Integers<xsimd::neon64> {
  using Int = int32x4_t;
  using Bytes = int16x8_t;      // the four bytes, twice
  using ByteSum = int16x8x2_t;  // four sums a lane
  using Shorts = int16x8_t;
  using ShortSum = int32x4x2_t;  // two sums a lane
  static constexpr Index kLanes = 4;
  static constexpr Index kByteSteps = 128;  // 255 * 128 < 2^15

  static Int zero() { return vdupq_n_s32(0); }
  static Int load(const void* p) { return vreinterpretq_s32_u8(vld1q_u8(static_cast<const std::uint8_t*>(p))); }
  static Int add(Int a, Int b) { return vaddq_s32(a, b); }
  static Int times_256(Int a) { return vshlq_n_s32(a, 8); }
  static Int sub(Int a, Int b) { return vsubq_s32(a, b); }
  static Int quarter(Int a) { return vshrq_n_s32(a, 2); }
  static Int widen(const std::int8_t* p) { return vreinterpretq_s32_s16(vmovl_s8(vld1_s8(p))); }

  using Words = int16x8_t;
  static Words load_all_words(const std::int16_t* p) { return vld1q_s16(p); }
  static Words load_words(const std::int16_t* p, Index n) {
    if (n >= 8) return vld1q_s16(p);
    std::int16_t part[8] = {};
    store_part(part, p, n);
    return vld1q_s16(part);
  }
  static void store_words(std::int16_t* p, Words a) { vst1q_s16(p, a); }
  static Words add_words(Words a, Words b) { return vaddq_s16(a, b); }
  static Words sub_words(Words a, Words b) { return vsubq_s16(a, b); }

  static Bytes four_bytes(const std::uint8_t* x) {
    return vreinterpretq_s16_u16(vmovl_u8(vreinterpret_u8_s32(vdup_n_s32(load32(x)))));
  }
  static ByteSum begin_bytes(Int) { return {{vdupq_n_s16(0), vdupq_n_s16(0)}}; }
  static ByteSum dot(ByteSum sum, Bytes x, Int w) {
    const int8x16_t bytes = vreinterpretq_s8_s32(w);
    return {{vmlaq_s16(sum.val[0], x, vmovl_s8(vget_low_s8(bytes))), vmlaq_s16(sum.val[1], x, vmovl_high_s8(bytes))}};
  }
  static Int end_bytes(Int total, ByteSum sum) {
    const Int pairs = vpaddlq_s16(sum.val[0]), others = vpaddlq_s16(sum.val[1]);
    return add(total, vpaddq_s32(pairs, others));
  }

  static Shorts two_shorts(const std::int16_t* x) { return vreinterpretq_s16_s32(vdupq_n_s32(load32(x))); }
  static ShortSum begin_shorts() { return {{zero(), zero()}}; }
  static ShortSum dot_shorts(ShortSum sum, Shorts x, Int w) {
    const int16x8_t shorts = vreinterpretq_s16_s32(w);
    return {{vmlal_s16(sum.val[0], vget_low_s16(x), vget_low_s16(shorts)), vmlal_high_s16(sum.val[1], x, shorts)}};
  }
  static Int end_shorts(ShortSum sum) { return vpaddq_s32(sum.val[0], sum.val[1]); }

  static void store_shorts(std::int16_t* y, Int a, Int b, Index n) {
    std::int16_t part[8];
    vst1q_s16(n >= 8 ? y : part, narrow(a, b));
    if (n < 8) store_part(y, part, n);
  }
  static void store_saturated(std::int16_t* y, Int a, Index n) {
    std::int16_t part[4];
    vst1_s16(n >= 4 ? y : part, vqmovn_s32(a));
    if (n < 4) store_part(y, part, n);
  }
  template <int kShift>
  static void store_bytes(std::uint8_t* y, Int a, Index n) {
    const uint32x4_t shifted = vshlq_u32(vreinterpretq_u32_s32(a), vdupq_n_s32(-kShift));
    const uint16x4_t shorts = vmovn_u32(shifted);
    std::uint8_t part[8];
    vst1_u8(part, vmovn_u16(vcombine_u16(shorts, shorts)));
    store_part(y, part, n < 4 ? n : 4);
  }
  static void store_two_bytes(std::uint8_t* ya, std::uint8_t* yb, Index plane, Int a, Int b) {
    store_bytes<8>(ya, a, kLanes);
    store_bytes<0>(ya + plane, a, kLanes);
    store_bytes<8>(yb, b, kLanes);
    store_bytes<0>(yb + plane, b, kLanes);
  }
  static void store_floats(float* y, Int a, Index n) {
    float part[4];
    vst1q_f32(n >= 4 ? y : part, vcvtq_f32_s32(a));
    if (n < 4) store_part(y, part, n);
  }

  static void store_codes(std::uint8_t* y, const Int* sums, const std::int16_t* limits, int count,
                          const std::uint8_t* base, Index n) {
    uint16x8_t codes[2];
    for (int h = 0; h < 2; ++h) {
      const int16x8_t x = narrow(sums[2 * h], sums[2 * h + 1]);
      codes[h] = vdupq_n_u16(0);
      for (int j = 0; j < count; ++j) codes[h] = vsubq_u16(codes[h], vcgtq_s16(x, vld1q_s16(limits + j * 16 + h * 8)));
    }
    const uint8x16_t bytes = vaddq_u8(vcombine_u8(vmovn_u16(codes[0]), vmovn_u16(codes[1])), vld1q_u8(base));
    std::uint8_t part[16];
    vst1q_u8(n >= 16 ? y : part, bytes);
    if (n < 16) store_part(y, part, n);
  }

 private:
  static int16x8_t narrow(Int a, Int b) { return vcombine_s16(vqmovn_s32(a), vqmovn_s32(b)); }
};

#endif

}  // namespace mog::kernels
