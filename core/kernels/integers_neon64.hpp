// Integers of the vector unit of AArch64.
#pragma once

#include "core/kernels/integers.hpp"

#if defined(__aarch64__)

namespace mog::kernels {

template <>
struct Integers<xsimd::neon64> {
  using Int = int32x4_t;
  using Bytes = int16x8_t;      // the four bytes, twice
  using ByteSum = int16x8x2_t;  // four sums a lane
  using Shorts = int16x8_t;
  using Codes = uint8x16_t;
  using ShortSum = int32x4x2_t;  // two sums a lane
  static constexpr Index kLanes = 4;
  static constexpr Index kByteSteps = 128;  // 255 * 128 < 2^15

  static Int zero() { return vdupq_n_s32(0); }
  static Int all(Index n) { return vdupq_n_s32(static_cast<int>(n)); }
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
  static Shorts spread(const std::int16_t* x, Int places) {
    const int16x4_t numbers = vld1_s16(x);
    const uint8x16_t bytes = vreinterpretq_u8_s16(vcombine_s16(numbers, numbers));
    const Int four = vmlaq_n_s32(vdupq_n_s32(0x03020100), places, 0x04040404);  // a place's four bytes
    return vreinterpretq_s16_u8(vqtbl1q_u8(bytes, vreinterpretq_u8_s32(four)));
  }
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

  static Int larger_magnitude(Int largest, Int floats) {
    return vmaxq_s32(largest, vandq_s32(floats, vdupq_n_s32(0x7fffffff)));
  }
  static std::uint32_t largest_lane(Int a) { return static_cast<std::uint32_t>(vmaxvq_s32(a)); }
  static Int rounded(const float* p, float up) { return vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(p), up)); }
  static Words pairs(Int even, Int odd) { return vreinterpretq_s16_s32(vsliq_n_s32(even, odd, 16)); }
  static Words code_pairs(const std::uint8_t* even, const std::uint8_t* odd) {
    const auto widened = [](const std::uint8_t* p) {
      return vmovl_u8(vreinterpret_u8_s32(vdup_n_s32(load32(p))));  // four codes, twice
    };
    return vreinterpretq_s16_u16(vzip1q_u16(widened(even), widened(odd)));
  }
  static Words short_pairs(const std::int16_t* even, const std::int16_t* odd) {
    const int16x4_t a = vld1_s16(even), b = vld1_s16(odd);
    return vcombine_s16(vzip1_s16(a, b), vzip2_s16(a, b));
  }
  static Words larger_word(Words largest, Words a) {
    return vreinterpretq_s16_u16(vmaxq_u16(vreinterpretq_u16_s16(largest), vreinterpretq_u16_s16(vabsq_s16(a))));
  }
  static void put_scaled(float* y, Int a, float down, bool add) {
    const float32x4_t scaled = vmulq_n_f32(vcvtq_f32_s32(a), down);
    vst1q_f32(y, add ? vaddq_f32(vld1q_f32(y), scaled) : scaled);
  }

  static Codes codes(const Int (&sums)[4], const std::int16_t* limits, int count, const std::uint8_t* base) {
    uint16x8_t counts[2];
    for (int h = 0; h < 2; ++h) {
      const int16x8_t x = narrow(sums[2 * h], sums[2 * h + 1]);
      counts[h] = vdupq_n_u16(0);
      for (int j = 0; j < count; ++j)
        counts[h] = vsubq_u16(counts[h], vcgtq_s16(x, vld1q_s16(limits + j * 16 + h * 8)));
    }
    return vaddq_u8(vcombine_u8(vmovn_u16(counts[0]), vmovn_u16(counts[1])), vld1q_u8(base));
  }
  static Int less_if_below(Int code, Int sum, Int level) {
    return add(code, vreinterpretq_s32_u32(vcgtq_s32(level, sum)));
  }
  static Codes narrow_codes(const Int (&codes)[4]) {
    return vcombine_u8(vqmovun_s16(narrow(codes[0], codes[1])), vqmovun_s16(narrow(codes[2], codes[3])));
  }
  static void store_codes(std::uint8_t* y, Codes codes, Index n) {
    std::uint8_t part[16];
    vst1q_u8(n >= 16 ? y : part, codes);
    if (n < 16) store_part(y, part, n);
  }
  static void store_halves(std::uint8_t* ya, std::uint8_t* yb, Codes codes, Index n) {
    std::uint8_t part[16];
    vst1q_u8(part, codes);
    store_part(ya, part, n < 8 ? n : 8);
    store_part(yb, part + 8, n < 8 ? n : 8);
  }

 private:
  static int16x8_t narrow(Int a, Int b) { return vcombine_s16(vqmovn_s32(a), vqmovn_s32(b)); }
};

static_assert(IntegerVectors<Integers<xsimd::neon64>>);

}  // namespace mog::kernels

#endif
