// Sums of the 3x3 convolution of 16-bit numbers as its output wants them.
#pragma once

#include <type_traits>

#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"
#include "core/kernels/generic_integers.hpp"

namespace mog::kernels {

template <class Arch>
struct GroupSums {
  using I = Integers<Arch>;
  using Int = typename I::Int;

  /// Calls body with the output by its type, and its planes as a constant.
  template <class Body>
  [[gnu::always_inline]] static void with_output(const Conv3x3S16& args, const Body& body) {
    switch (args.y.kind) {
      case TypedOutput::Kind::shorts: return body(args.y.shorts, std::integral_constant<Index, 1>{});
      case TypedOutput::Kind::floats: return body(args.y.floats, std::integral_constant<Index, 1>{});
      case TypedOutput::Kind::bytes: break;
    }
    switch (args.shape.planes) {
      case 1: return body(args.y.bytes, std::integral_constant<Index, 1>{});
      case 2: return body(args.y.bytes, std::integral_constant<Index, 2>{});
      case 3: return body(args.y.bytes, std::integral_constant<Index, 3>{});
      default: return body(args.y.bytes, std::integral_constant<Index, 4>{});
    }
  }

  /// The first `used` of a vector of sums: floats, 16-bit numbers, or bytes plane by plane.
  template <Index kPlanes, class Number>
  [[gnu::always_inline]] static void store(Number* y, Index plane, Int sum, Index used) {
    if constexpr (std::is_same_v<Number, std::int16_t>) {
      I::store_saturated(y, sum, used);
    } else if constexpr (std::is_same_v<Number, float>) {
      I::store_floats(y, sum, used);
    } else {
      store_planes<8 * (kPlanes - 1)>(y, plane, sum, used);
    }
  }

  /// Two whole vectors of sums.
  template <Index kPlanes, class Number>
  [[gnu::always_inline]] static void store_all(Number* ya, Number* yb, Index plane, Int a, Int b) {
    if constexpr (kPlanes == 2) {
      I::store_two_bytes(ya, yb, plane, a, b);
    } else {
      store<kPlanes>(ya, plane, a, I::kLanes);
      store<kPlanes>(yb, plane, b, I::kLanes);
    }
  }

  /// The first `used` of vectors of sums that lie `pixel` numbers apart.
  template <Index kPlanes, class Number, int P>
  [[gnu::always_inline]] static void store_row(Number* y, Index pixel, Index plane, const Int (&sums)[P], Index used) {
    if (P % 2 == 0 && used >= I::kLanes) {
#pragma GCC unroll 8
      for (int p = 0; p + 1 < P; p += 2, y += 2 * pixel) {
        store_all<kPlanes>(y, y + pixel, plane, sums[p], sums[p + 1]);
      }
    } else {
#pragma GCC unroll 16
      for (int p = 0; p < P; ++p, y += pixel) store<kPlanes>(y, plane, sums[p], used);
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
