// Integers<Arch>: the few operations on vectors of integers that the integer kernels are written in.
#pragma once

#include <concepts>
#include <cstdint>
#include <xsimd/xsimd.hpp>

#include "core/kernels/integer_blocks.hpp"

namespace mog::kernels {

/// A name for AVX-512 with VNNI, which xsimd does not know.
template <class Base>
struct WithVnni {};

/// What the kernels need of an instruction set. An Int holds kLanes sums of 32 bits; stores write the
/// first n elements only.
template <class I>
concept IntegerVectors = requires(typename I::Int a, typename I::Bytes four, typename I::Shorts two,
                                  typename I::ByteSum byte_sum, typename I::ShortSum short_sum, typename I::Words words,
                                  typename I::Codes codes, const typename I::Int (&sums)[4], const std::uint8_t* bytes,
                                  const std::int8_t* signs, const std::int16_t* shorts, std::uint8_t* y,
                                  std::int16_t* short_y, float* float_y, Index n, int count) {
  // Sums. quarter: of multiples of 4.
  { I::kLanes } -> std::convertible_to<Index>;
  { I::zero() } -> std::same_as<typename I::Int>;
  { I::all(n) } -> std::same_as<typename I::Int>;
  { I::load(bytes) } -> std::same_as<typename I::Int>;
  { I::add(a, a) } -> std::same_as<typename I::Int>;
  { I::sub(a, a) } -> std::same_as<typename I::Int>;
  { I::times_256(a) } -> std::same_as<typename I::Int>;
  { I::quarter(a) } -> std::same_as<typename I::Int>;

  // Dot products of four unsigned bytes x, the same for all lanes, with signed bytes w of -1, 0 or 1, four a lane:
  // lane l adds x[0] w[4 l] + ... + x[3] w[4 l + 3]. Between begin and end the sums may be kept in another form,
  // for at most kByteSteps steps, or for any number where that is 0; end adds them to `a`.
  { I::kByteSteps } -> std::convertible_to<Index>;
  { I::four_bytes(bytes) } -> std::same_as<typename I::Bytes>;
  { I::begin_bytes(a) } -> std::same_as<typename I::ByteSum>;
  { I::dot(byte_sum, four, a) } -> std::same_as<typename I::ByteSum>;
  { I::end_bytes(a, byte_sum) } -> std::same_as<typename I::Int>;

  // The same of two signed 16-bit numbers. spread: of kLanes numbers, not one pair for all lanes, but for lane l the
  // pair number place[l]. widen: signed bytes as 16-bit numbers w.
  { I::two_shorts(shorts) } -> std::same_as<typename I::Shorts>;
  { I::spread(shorts, a) } -> std::same_as<typename I::Shorts>;
  { I::widen(signs) } -> std::same_as<typename I::Int>;
  { I::begin_shorts() } -> std::same_as<typename I::ShortSum>;
  { I::dot_shorts(short_sum, two, a) } -> std::same_as<typename I::ShortSum>;
  { I::end_shorts(short_sum) } -> std::same_as<typename I::Int>;

  // Twice kLanes 16-bit numbers. load_words: the first n of them, zeros for the others.
  { I::load_all_words(shorts) } -> std::same_as<typename I::Words>;
  { I::load_words(shorts, n) } -> std::same_as<typename I::Words>;
  { I::add_words(words, words) } -> std::same_as<typename I::Words>;
  { I::sub_words(words, words) } -> std::same_as<typename I::Words>;
  I::store_words(short_y, words);

  // Sums as other numbers, in the order of the lanes but where natural_lane is named. store_shorts: of two Ints, in
  // the order of natural_lane. store_bytes<s>: bits s to s + 7. store_two_bytes: of two Ints, each to a place of its
  // own, bits 8 to 15, and `n` bytes further bits 0 to 7.
  I::store_shorts(short_y, a, a, n);
  I::store_saturated(short_y, a, n);
  I::template store_bytes<0>(y, a, n);
  I::store_two_bytes(y, y, n, a, a);
  I::store_floats(float_y, a, n);

  // Floats as whole numbers. larger_magnitude: in each lane the larger of `largest` and the bits of a float without its
  // sign; rounded: kLanes floats times `up`, to the nearest, to even in the middle; pairs: the low 16 bits of two Ints,
  // a lane's two numbers side by side; code_pairs, short_pairs: the same of kLanes bytes or shorts; larger_word: in each
  // word the larger of `largest` and the size of a number, both without a sign; put_scaled: sums times `down`, written
  // or added to what is there.
  { I::larger_magnitude(a, a) } -> std::same_as<typename I::Int>;
  { I::largest_lane(a) } -> std::same_as<std::uint32_t>;
  { I::rounded(float_y, 1.0F) } -> std::same_as<typename I::Int>;
  { I::pairs(a, a) } -> std::same_as<typename I::Words>;
  { I::code_pairs(bytes, bytes) } -> std::same_as<typename I::Words>;
  { I::short_pairs(shorts, shorts) } -> std::same_as<typename I::Words>;
  { I::larger_word(words, words) } -> std::same_as<typename I::Words>;
  I::put_scaled(float_y, a, 1.0F, true);

  // Codes of four Ints, in the order of natural_lane: how many of its channel's limits each sum, saturated to 16
  // bits, exceeds, plus `base`. After `base` follow, for each channel, a 4, then a 2, then a 1; limits[j] of all
  // four Ints' channels lie side by side. store_halves: the codes of the first two Ints to one
  // place, those of the others to another. Codes by levels of 32 bits begin as the number of levels, are one
  // less_if_below(code, sum, level) for each level above the sum, and end as narrow_codes.
  { I::codes(sums, shorts, count, bytes) } -> std::same_as<typename I::Codes>;
  { I::less_if_below(a, a, a) } -> std::same_as<typename I::Int>;
  { I::narrow_codes(sums) } -> std::same_as<typename I::Codes>;
  I::store_codes(y, codes, n);
  I::store_halves(y, y, codes, n);
};

/// The operations of one instruction set: an IntegerVectors, see
/// integers_avx2.hpp, integers_avx512.hpp and integers_neon64.hpp.
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

/// A loop's sum at its end: without this gcc 12 carries each sum through the loop twice, as vectors of two types, and
/// runs out of registers.
template <class Vector>
[[gnu::always_inline]] inline Vector held(Vector sum) {
  asm("" : "+v"(sum));
  return sum;
}

#endif

}  // namespace mog::kernels
