// Operations on vectors of floats that xsimd lacks, or that its releases name or round differently.
#pragma once

#include <cstring>
#include <utility>
#include <xsimd/xsimd.hpp>

#include "core/types.hpp"

namespace mog::kernels {

/// std::min and std::max for sizes, which the one-definition rule keeps out of the loops: they
/// are ordinary inline functions.
[[gnu::always_inline]] constexpr Index smaller(Index a, Index b) { return a < b ? a : b; }
[[gnu::always_inline]] constexpr Index larger(Index a, Index b) { return a < b ? b : a; }

template <class Arch>
using Floats = xsimd::batch<float, Arch>;
template <class Arch>
using Mask = xsimd::batch_bool<float, Arch>;
template <class Arch>
inline constexpr Index kLanes = static_cast<Index>(Floats<Arch>::size);

/// Which lane each lane of a swizzled vector takes. Release 13 turned the parameters round.
#if XSIMD_VERSION_MAJOR >= 13
template <class Arch, std::uint32_t... L>
using Places = xsimd::batch_constant<std::uint32_t, Arch, L...>;
#else
template <class Arch, std::uint32_t... L>
using Places = xsimd::batch_constant<xsimd::batch<std::uint32_t, Arch>, L...>;
#endif

/// x y + z, rounded once. xsimd 8 multiplies and adds separately on AVX-512.
template <class Arch>
[[gnu::always_inline]] inline xsimd::batch<float, Arch> multiply_add(xsimd::batch<float, Arch> x,
                                                                     xsimd::batch<float, Arch> y,
                                                                     xsimd::batch<float, Arch> z) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(x, y, z);
#else
  return xsimd::fma(x, y, z);
#endif
}

/// Lane l of the result is lane J of the Q neighbouring lanes that l belongs to.
template <int Q, int J, class Arch>
[[gnu::always_inline]] inline xsimd::batch<float, Arch> spread(xsimd::batch<float, Arch> x) {
  if constexpr (Q == 1) {
    return x;
  } else {
    return [&]<std::uint32_t... L>(std::integer_sequence<std::uint32_t, L...>) {
      return xsimd::swizzle(x, Places<Arch, (L / std::uint32_t{Q} * std::uint32_t{Q} + std::uint32_t{J})...>());
    }
    (std::make_integer_sequence<std::uint32_t, std::uint32_t{xsimd::batch<float, Arch>::size}>());
  }
}

/// Lane l of the result is lane l ^ J ("exclusive or"), J a power of two below the lanes.
template <int J, class Arch>
[[gnu::always_inline]] inline Floats<Arch> exchange(Floats<Arch> x) {
#if defined(__AVX512F__)
  if constexpr (J < 4) return _mm512_permute_ps(x, J == 1 ? 0xb1 : 0x4e);
  if constexpr (J >= 4) return _mm512_shuffle_f32x4(x, x, J == 4 ? 0xb1 : 0x4e);
#elif defined(__AVX2__)
  if constexpr (J < 4) return _mm256_permute_ps(x, J == 1 ? 0xb1 : 0x4e);
  if constexpr (J == 4) return _mm256_permute2f128_ps(x, x, 1);
#else
  return [&]<std::uint32_t... L>(std::integer_sequence<std::uint32_t, L...>) {
    return xsimd::swizzle(x, Places<Arch, (L ^ std::uint32_t{J})...>());
  }
  (std::make_integer_sequence<std::uint32_t, std::uint32_t{Floats<Arch>::size}>());
#endif
}

/// Lane l of the result is p[l % N], N a power of two up to the lanes; p aligned to N numbers.
template <int N, class Arch>
[[gnu::always_inline]] inline Floats<Arch> repeat(const float* p) {
  if constexpr (N == 1) {
    return Floats<Arch>(*p);
  } else if constexpr (N == kLanes<Arch>) {
    return Floats<Arch>::load_aligned(p);
  } else {
#if defined(__AVX2__)
    double two;
    std::memcpy(&two, p, sizeof two);
#endif
#if defined(__AVX512F__)
    if constexpr (N == 2) return _mm512_castpd_ps(_mm512_set1_pd(two));
    if constexpr (N == 4) return _mm512_broadcast_f32x4(_mm_load_ps(p));
    if constexpr (N == 8) return _mm512_broadcast_f32x8(_mm256_load_ps(p));
#elif defined(__AVX2__)
    if constexpr (N == 2) return _mm256_castpd_ps(_mm256_set1_pd(two));
    if constexpr (N == 4) return _mm256_set_m128(_mm_load_ps(p), _mm_load_ps(p));
#else
    float lanes[kLanes<Arch>];
    for (Index l = 0; l < kLanes<Arch>; ++l) lanes[l] = p[l % N];
    return Floats<Arch>::load_unaligned(lanes);
#endif
  }
}

/// Interleaves two vectors, a[0], b[0], a[1], b[1], ...: the first half becomes a, the second b.
template <class Arch>
[[gnu::always_inline]] inline void zip(Floats<Arch>& a, Floats<Arch>& b) {
#if defined(__AVX512F__)
  const __m512i first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i second = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const __m512 x = a, y = b;
  a = _mm512_permutex2var_ps(x, first, y);
  b = _mm512_permutex2var_ps(x, second, y);
#elif defined(__AVX2__)
  const __m256 low = _mm256_unpacklo_ps(a, b), high = _mm256_unpackhi_ps(a, b);
  a = _mm256_permute2f128_ps(low, high, 0x20);
  b = _mm256_permute2f128_ps(low, high, 0x31);
#else
  const Floats<Arch> x = a;
  a = xsimd::zip_lo(x, b);
  b = xsimd::zip_hi(x, b);
#endif
}

/// Undoes zip: a becomes the even lanes of both, b the odd ones.
template <class Arch>
[[gnu::always_inline]] inline void unzip(Floats<Arch>& a, Floats<Arch>& b) {
#if defined(__AVX512F__)
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  const __m512 x = a, y = b;
  a = _mm512_permutex2var_ps(x, even, y);
  b = _mm512_permutex2var_ps(x, odd, y);
#elif defined(__AVX2__)
  const __m256 low = _mm256_permute2f128_ps(a, b, 0x20), high = _mm256_permute2f128_ps(a, b, 0x31);
  a = _mm256_shuffle_ps(low, high, 0x88);
  b = _mm256_shuffle_ps(low, high, 0xdd);
#else
  // A number's address has the bits v l1 l0, vector and lane. Each step rotates them by one; three steps restore them.
  static_assert(kLanes<Arch> == 4);
  zip(a, b);
  zip(a, b);
#endif
}

#if defined(__AVX2__)
/// Numbers of a table in which one instruction looks up a vector: 8 of one vector, or 32 of two.
template <class Arch>
inline constexpr Index kLookUpVectors = kLanes<Arch> == 16 ? 2 : 1;

/// Lane l of the result is number index[l] of the table; the lowest bits of the index count, as many as tell the
/// numbers apart.
template <class Arch>
[[gnu::always_inline]] inline Floats<Arch> look_up(const Floats<Arch> (&table)[kLookUpVectors<Arch>],
                                                   xsimd::batch<std::uint32_t, Arch> index) {
#if defined(__AVX512F__)
  return _mm512_permutex2var_ps(table[0], index, table[1]);
#else
  return _mm256_permutevar8x32_ps(table[0], index);
#endif
}
#endif

// Correctly rounded on every instruction set. xsimd 8 approximates the quotient and the root on NEON, and
// loses -0 when rounding.
#if defined(__aarch64__)
template <class Arch>
Floats<Arch> divide(Floats<Arch> x, Floats<Arch> y) {
  return vdivq_f32(x, y);
}
template <class Arch>
Floats<Arch> square_root(Floats<Arch> x) {
  return vsqrtq_f32(x);
}
template <class Arch>
Floats<Arch> round_to_even(Floats<Arch> x) {
  return vrndnq_f32(x);
}
template <class Arch>
Floats<Arch> round_down(Floats<Arch> x) {
  return vrndmq_f32(x);
}
#else
template <class Arch>
Floats<Arch> divide(Floats<Arch> x, Floats<Arch> y) {
  return x / y;
}
template <class Arch>
Floats<Arch> square_root(Floats<Arch> x) {
  return xsimd::sqrt(x);
}
template <class Arch>
Floats<Arch> round_to_even(Floats<Arch> x) {
  return xsimd::nearbyint(x);
}
template <class Arch>
Floats<Arch> round_down(Floats<Arch> x) {
  return xsimd::floor(x);
}
#endif

/// Bit i is lane i. Later releases of xsimd have it as batch_bool::mask.
template <class Arch>
std::uint64_t bits_of(Mask<Arch> mask) {
#if defined(__AVX512F__)
  return static_cast<__mmask16>(mask);
#elif defined(__AVX2__)
  return static_cast<std::uint64_t>(_mm256_movemask_ps(mask));
#else
  float lanes[kLanes<Arch>];
  xsimd::select(mask, Floats<Arch>(1.0F), Floats<Arch>(0.0F)).store_unaligned(lanes);
  std::uint64_t bits = 0;
  for (Index i = 0; i < kLanes<Arch>; ++i) bits |= static_cast<std::uint64_t>(lanes[i]) << i;
  return bits;
#endif
}

/// Lane i is bit i; higher bits are ignored.
template <class Arch>
Mask<Arch> mask_of(std::uint64_t bits) {
#if defined(__AVX512F__)
  return static_cast<__mmask16>(bits);
#else
  using Integers = xsimd::batch<std::int32_t, Arch>;
  std::int32_t powers[kLanes<Arch>];
  for (Index i = 0; i < kLanes<Arch>; ++i) powers[i] = std::int32_t{1} << i;
  const Integers power = Integers::load_unaligned(powers);
  const auto set = (Integers(static_cast<std::int32_t>(bits)) & power) == power;
#if defined(__AVX2__)
  return Mask<Arch>(_mm256_castsi256_ps(static_cast<__m256i>(set)));
#else
  return Mask<Arch>(static_cast<uint32x4_t>(set));
#endif
#endif
}

}  // namespace mog::kernels
