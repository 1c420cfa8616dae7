// The k-bit quantized ReLU in vectors, for every family that applies it.
#pragma once

#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// Paper Eq. 1 on codes, as qrelu_code.
template <class Arch>
class QreluCodes {
 public:
  using V = Floats<Arch>;
  explicit QreluCodes(int bits) : top_(static_cast<float>((1 << bits) - 1)), steep_(bits == 1) {}

  V operator()(V x) const {
    const V zero(0.0F), one(1.0F);
    const V positive = xsimd::select(x > zero, steep_ ? one : x, zero);  // 0 for NaN, as no comparison with it holds
    return round_to_even<Arch>(xsimd::min(positive, one) * top_);
  }
  /// Where the surrogate gradient is not zero: |x| <= 1.
  static Mask<Arch> passes(V x) { return xsimd::abs(x) <= V(1.0F); }

 private:
  V top_;
  bool steep_;
};

/// The low `count` bits, in whole bytes.
template <class Arch>
void store_bits(std::uint8_t* bytes, std::uint64_t bits, Index count) {
  if (count < 64) bits &= (std::uint64_t{1} << count) - 1;
  for (Index byte = 0; byte < (count + 7) / 8; ++byte) bytes[byte] = static_cast<std::uint8_t>(bits >> (8 * byte));
}
template <class Arch>
std::uint64_t load_bits(const std::uint8_t* bytes, Index count) {
  std::uint64_t bits = 0;
  for (Index byte = 0; byte < (count + 7) / 8; ++byte) bits |= std::uint64_t{bytes[byte]} << (8 * byte);
  return bits;
}

}  // namespace mog::kernels
