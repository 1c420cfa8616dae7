// When the 3x3 convolution of 16-bit numbers runs by Winograd's minimal filtering, and how its packed weights lie.
#pragma once

#include "core/kernels/conv3x3_s16/blocks.hpp"

namespace mog::kernels {

/// F(2x2, 3x3) (Lavin and Gray, 2016): four pixels of a tile take 16 products an input where the sum itself takes 36.
///   4 y = A' [ (G g G') * (B' d B) ] A      with twice the usual G, so that all numbers are integers
/// d are the tile's 4x4 inputs, g the 3x3 weights. B adds two numbers along each side: |B' d B| <= 4 |x|, which must
/// fit 16 bits. The weights become at most 9 in magnitude: a byte each. 4 y must fit 32 bits; sums on the way may wrap.
/// The second position of the second row counts for all four pixels alike: its sum begins at four times the bias.
struct WinogradBlocks : Conv3x3Blocks {
  static constexpr Index kPositions = 16;
  static constexpr Index kTiles = 16;        // transformed at once
  static constexpr Index kMostInputs = 256;  // room for so many transformed inputs of a group is on the stack

  Index bias;    // bytes of int8 [vectors, positions, pairs, lanes, 2]; after them int32 [vectors, lanes], times four
  Index joined;  // groups whose inputs are transformed together, to fill a vector

  [[gnu::always_inline]] WinogradBlocks(const Conv3x3S16Shape& shape, Index lanes) : Conv3x3Blocks(shape, lanes) {
    bias = whole_lines(vectors * kPositions * pairs * lanes * 2);
    bytes = whole_lines(bias + vectors * lanes * 4);
    joined = 1;
    for (Index n = 2; n <= groups && n * inputs <= 2 * lanes; ++n) {
      if (groups % n == 0) joined = n;
    }
  }
};

/// Whether the vector kernels run this shape so: where nothing overflows, and a group has enough inputs that the
/// products saved outweigh the transformations (with 16 inputs the latter took longer).
[[gnu::always_inline]] inline bool by_winograd(const Conv3x3S16Shape& shape, Index lanes) {
  constexpr Index kFewest = 32, kLargest = 8191, kSum = Index{1} << 31;
  const WinogradBlocks blocks(shape, lanes);
  return blocks.inputs >= kFewest && blocks.inputs <= WinogradBlocks::kMostInputs && shape.largest <= kLargest &&
         72 * blocks.inputs * shape.largest < kSum;
}

/// pack and packed_size for vectors of `lanes` 32-bit sums.
Index packed_winograd_size(const Conv3x3S16Shape& shape, Index lanes);
void pack_winograd(const Conv3x3S16Weights& weights, Index lanes, std::byte* packed);

}  // namespace mog::kernels
