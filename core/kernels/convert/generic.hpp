// Conversions between floats and small integers, written once for every instruction set.
#pragma once

#include "core/kernels/convert/convert.hpp"
#include "core/kernels/simd_memory.hpp"

namespace mog::kernels {

template <class Arch>
struct ConvertLoops {
  using V = Floats<Arch>;

  static constexpr ConvertKernels kernels(Isa isa) {
    return {isa, to_floats<std::uint8_t>, to_floats<std::int16_t>, floats_to_shorts, saturated};
  }

 private:
  static bool floats_to_shorts(const float* x, Index count, std::int16_t* y) {
    V lowest(0.0F), highest(0.0F);
    for_elements<Arch>(count, [&](Index i, auto block) {
      for (int v = 0; v < block.vectors; ++v) {
        const V number = block.load(x + i, v);
        lowest = xsimd::min(lowest, number);
        highest = xsimd::max(highest, number);
        block.store(y + i, v, number);
      }
    });
    return bits_of<Arch>((lowest < V(-32768.0F)) | (highest > V(32767.0F))) == 0;
  }

  // Loops that compilers turn into vectors by themselves.

  template <class T>
  static void to_floats(const T* x, Index count, float* y) {
    for (Index i = 0; i < count; ++i) y[i] = static_cast<float>(x[i]);
  }

  static bool saturated(const std::int16_t* x, Index count) {
    std::int16_t lowest = 0, highest = 0;
    for (Index i = 0; i < count; ++i) {
      lowest = x[i] < lowest ? x[i] : lowest;
      highest = x[i] > highest ? x[i] : highest;
    }
    return lowest == -32768 || highest == 32767;
  }
};

}  // namespace mog::kernels
