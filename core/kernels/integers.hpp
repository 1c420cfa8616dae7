// Integers<Arch>: the few words of integer vectors that the integer kernels are written in.
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
///   spread                two 16-bit numbers of kLanes for each lane in place of the same for all: pair number
///   place[l] begin.., end..        such sums may be kept in another form, for at most kByteSteps steps of bytes
///   store_shorts          two Ints as 16-bit numbers, in the order that natural_lane says
///   store_saturated       an Int as 16-bit numbers, saturated, in the order of the lanes
///   store_bytes           the lowest bytes of an Int, in the order of the lanes
///   store_two_bytes       of two Ints the second lowest bytes, and `plane` further the lowest
///   store_floats          an Int as floats, in the order of the lanes
///   Words                 a vector of twice as many 16-bit numbers as an Int has sums; load_words gives the first n,
///                         load_all_words all
///   widen                 signed bytes as an Int of 16-bit numbers, for dot
///   quarter               a / 4 of multiples of 4
///   codes                 of four Ints, in the order that natural_lane says: how many of its channel's limits each
///                         sum, brought to 16 bits with saturation, exceeds, plus `base`, behind which for each channel
///                         a 4 stands, a 2 and a 1; limits[j] of all four Ints' channels lie side by side
///   store_codes           such codes
///   store_halves          the first two Ints' codes to one place, the other two's to another
/// Stores write the first n elements only.
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

}  // namespace mog::kernels
