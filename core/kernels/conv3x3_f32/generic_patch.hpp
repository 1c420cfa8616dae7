// A patch of the map with its border, copied to working memory in the order in which the vector loops read it.
#pragma once

#include <utility>

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/simd.hpp"

namespace mog::kernels {

/// Some rows and columns of one or several images, channels of one group, with one more pixel on each side: the
/// neighbour's, or zeros beyond the map. The loops then need no branch at the border, and neighbouring rows do not fall
/// into the same cache sets, which rows of 4 KB of the map itself do.
struct Conv3x3Patch {
  Index images, row, rows, column, columns;  // within the map, border not counted
  Index plane;                               // floats between planes of channels
  Index stride;                              // floats between rows
};

/// Inputs of a group whose outputs fill whole vectors: one input at a time is broadcast to all lanes.
/// A patch holds planes of 16 channels, so that a pixel's neighbour is at a distance known to the compiler.
template <class Arch>
struct BroadcastInput {
  using Vector = xsimd::batch<float, Arch>;
  static constexpr Index kPixel = 16;  // floats between pixels
  static constexpr Index kStep = 1;    // floats between one input and the next
  static constexpr Index kInner = 16;  // inputs of a plane

  [[gnu::always_inline]] static Vector load(const float* at) { return Vector(*at); }

  static constexpr Index planes(Index depth) { return (depth + kInner - 1) / kInner; }

  /// Copies `depth` channels of one pixel, `from` null for the border.
  static void copy(const float* from, Index depth, Index plane, float* to) {
    for (Index begin = 0; begin < depth; begin += kInner, to += plane) {
      const Index end = depth - begin < kInner ? depth - begin : kInner;
      Index i = 0;
      if (from == nullptr) {
        for (; i < kInner; i += Index{Vector::size}) Vector(0.0F).store_aligned(to + i);
        continue;
      }
      for (; i + Index{Vector::size} <= end; i += Index{Vector::size}) {
        Vector::load_unaligned(from + begin + i).store_aligned(to + i);
      }
      for (; i < end; ++i) to[i] = from[begin + i];
    }
  }
};

/// Fills a patch. `x`: the first image's first channel of the patch; `channels`: of a whole pixel of the map; `depth`:
/// channels to copy.
template <class Input>
void fill_patch(const Conv3x3Patch& patch, const Conv3x3Sizes& sizes, const float* x, Index depth, float* to) {
  for (Index n = 0; n < patch.images; ++n) {
    for (Index h = patch.row - 1; h <= patch.row + patch.rows; ++h, to += patch.stride) {
      const bool inside = h >= 0 && h < sizes.height;
      const float* row = x + (n * sizes.height + h) * sizes.width * sizes.in;
      float* pixel = to;
      for (Index w = patch.column - 1; w <= patch.column + patch.columns; ++w, pixel += Input::kPixel) {
        Input::copy(inside && w >= 0 && w < sizes.width ? row + w * sizes.in : nullptr, depth, patch.plane, pixel);
      }
    }
  }
}

}  // namespace mog::kernels
