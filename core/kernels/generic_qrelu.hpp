// The k-bit quantized ReLU in vectors, for every family that applies it.
#pragma once

#include <bit>
#include <cstring>

#include "core/kernels/passing_window.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// Paper Eq. 1 on codes, as qrelu_code.
template <class Arch>
class QreluCodes {
 public:
  using V = Floats<Arch>;
  QreluCodes(int bits, PassingWindow window)
      : top_(static_cast<float>((1 << bits) - 1)),
        least_(bits == 1 ? 1.0F : 0.0F),
        low_(window.low),
        high_(window.high) {}

  V operator()(V x) const {
    const V zero(0.0F), one(1.0F);
    const V positive = xsimd::select(x > zero, xsimd::max(x, least_), zero);  // 0 for NaN: no comparison with it holds
    return round_to_even<Arch>(xsimd::min(positive, one) * top_);
  }
  /// Where the surrogate gradient is not zero; nowhere for NaN.
  Mask<Arch> passes(V x) const { return (x >= low_) & (x <= high_); }

 private:
  V top_;
  V least_;  // positive numbers are raised to it: with one bit all become code 1
  V low_, high_;
};

// Bit i is bit i % 8 of byte i / 8.
static_assert(std::endian::native == std::endian::little);

/// The low `count` bits, written and read in whole bytes. A copy of constant size is one store, where compilers make
/// many vectors of a loop over the bytes.
template <class Arch>
void store_bits(std::uint8_t* bytes, std::uint64_t bits, Index count) {
  if (count < 64) bits &= (std::uint64_t{1} << count) - 1;
  std::memcpy(bytes, &bits, static_cast<std::size_t>((count + 7) / 8));
}
template <class Arch>
std::uint64_t load_bits(const std::uint8_t* bytes, Index count) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes, static_cast<std::size_t>((count + 7) / 8));
  return bits;
}

}  // namespace mog::kernels
