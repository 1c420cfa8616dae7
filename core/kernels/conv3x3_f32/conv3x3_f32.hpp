// Grouped 3x3 convolution with a border of zeros, stride 1, and its two gradients: channels last, float32.
#pragma once

#include <cstdint>
#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// Sizes of a 3x3 convolution. A group reads I = in/groups channels and writes Q = out/groups; groups divides both.
/// groups = 1 is the ordinary convolution (the first layer has in = 3), groups = in = out the depthwise one.
struct Conv3x3Sizes {
  Index images, height, width, in, out, groups;
};

/// Forward: y[n, h, w, g Q + q] = sum over r, s in 0..2 and i in 0..I-1 of
///          x[n, h + r - 1, w + s - 1, g I + i] weight[g, r, s, i, q], zero outside the map.
/// Shapes: x [images, height, width, in], weight [groups, 3, 3, I, Q], y [images, height, width, out].
template <class T>
struct Conv3x3Forward {
  const T* x;
  const T* weight;
  T* y;
  Conv3x3Sizes sizes;
};

/// Gradient by the input:
///   dx[n, h, w, g I + i] = sum over r, s, q of dy[n, h - r + 1, w - s + 1, g Q + q] weight[g, r, s, i, q].
template <class T>
struct Conv3x3InputGradient {
  const T* dy;
  const T* weight;
  T* dx;
  Conv3x3Sizes sizes;
};

/// Gradient by the weights, overwritten, not added to:
///   dweight[g, r, s, i, q] = sum over n, h, w of x[n, h + r - 1, w + s - 1, g I + i] dy[n, h, w, g Q + q].
/// Summed over fixed pieces of images and rows, in order. X is T, or std::int16_t where x are whole numbers of 16 bits.
template <class T, class X = T>
struct Conv3x3WeightGradient {
  const X* x;
  const T* dy;
  T* dweight;
  Conv3x3Sizes sizes;
};

void conv3x3_forward(const Conv3x3Forward<float>& args);
void conv3x3_input_gradient(const Conv3x3InputGradient<float>& args);
void conv3x3_weight_gradient(const Conv3x3WeightGradient<float>& args);
void conv3x3_weight_gradient(const Conv3x3WeightGradient<float, std::int16_t>& args);
void conv3x3_forward(const Conv3x3Forward<double>& args);
void conv3x3_input_gradient(const Conv3x3InputGradient<double>& args);
void conv3x3_weight_gradient(const Conv3x3WeightGradient<double>& args);

/// A part of the work: some images, some rows of them, and one block of the output channels (how many channels a block
/// has is up to the kernel). Rows beside the part are read where the map has them.
struct Conv3x3Part {
  Conv3x3Sizes sizes;
  Index image_begin, image_end, row_begin, row_end, block;
  float* scratch;  // scratch_size(sizes) floats, 64-byte aligned
};

/// What one instruction set offers: loops on one thread over a part of the work.
struct Conv3x3Kernel {
  Isa isa;
  /// Blocks of output channels.
  Index (*blocks)(const Conv3x3Sizes& sizes);
  Index (*scratch_size)(const Conv3x3Sizes& sizes);
  /// Floats of all weights in the order in which this kernel reads them.
  Index (*packed_size)(const Conv3x3Sizes& sizes);
  /// Rewrites the weights of one block. The input gradient is a forward pass from dy to dx with the taps mirrored: for
  /// it `sizes` has in and out exchanged, and `transposed` says that in its terms the weights are still
  /// [G, 3, 3, Q, I].
  void (*pack)(const Conv3x3Sizes& sizes, Index block, const float* weight, bool transposed, float* packed);
  /// Floats of all sums of a weight gradient; unpack() turns those of one block into weights [G, 3, 3, I, Q].
  Index (*sums_size)(const Conv3x3Sizes& sizes);
  void (*unpack)(const Conv3x3Sizes& sizes, Index block, const float* sums, float* weight);
  void (*forward)(const Conv3x3Part& part, const float* x, const float* packed, float* y);
  /// Adds the part's sums to `sums`.
  void (*weight_gradient)(const Conv3x3Part& part, const float* x, const float* dy, float* sums);
};

/// The table, best first: what programs choose from, tests check and benchmarks time.
std::span<const Conv3x3Kernel> conv3x3_kernels();

void conv3x3_forward(const Conv3x3Forward<float>& args, const Conv3x3Kernel& kernel);
void conv3x3_input_gradient(const Conv3x3InputGradient<float>& args, const Conv3x3Kernel& kernel);
void conv3x3_weight_gradient(const Conv3x3WeightGradient<float>& args, const Conv3x3Kernel& kernel);
void conv3x3_weight_gradient(const Conv3x3WeightGradient<float, std::int16_t>& args, const Conv3x3Kernel& kernel);

}  // namespace mog::kernels
