// Sums of the 3x3 convolution of 16-bit numbers as its output wants them.
#pragma once

#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"
#include "core/kernels/generic_integers.hpp"

namespace mog::kernels {

template <class Arch>
struct GroupSums {
  using I = Integers<Arch>;
  using Int = typename I::Int;

  /// Bytes of a sum, of those that lie side by side.
  [[gnu::always_inline]] static Index element_size(Index planes) {
    return planes == Conv3x3S16Shape::kFloats ? 4 : planes == Conv3x3S16Shape::kShorts ? 2 : 1;
  }

  /// The first `used` of a vector of sums: floats, 16-bit numbers, or bytes plane by plane.
  [[gnu::always_inline]] static void store(const Conv3x3S16& args, std::uint8_t* y, Int sum, Index used) {
    const Index plane = args.y_plane;
    switch (args.shape.planes) {
      case Conv3x3S16Shape::kShorts: return I::store_saturated(reinterpret_cast<std::int16_t*>(y), sum, used);
      case Conv3x3S16Shape::kFloats: return I::store_floats(reinterpret_cast<float*>(y), sum, used);
      case 1: return store_planes<0>(y, plane, sum, used);
      case 2: return store_planes<8>(y, plane, sum, used);
      case 3: return store_planes<16>(y, plane, sum, used);
      default: return store_planes<24>(y, plane, sum, used);
    }
  }

 private:
  /// The bytes from the plane that begins kShift bits up, downwards.
  template <int kShift>
  [[gnu::always_inline]] static void store_planes(std::uint8_t* y, Index plane, Int sum, Index used) {
    I::template store_bytes<kShift>(y, sum, used);
    if constexpr (kShift > 0) store_planes<kShift - 8>(y + plane, plane, sum, used);
  }
};

}  // namespace mog::kernels
