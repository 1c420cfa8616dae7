// Depthwise 3x3 convolution with stride 2 and a border of zeros, and its two gradients: channels last, float32.
#pragma once

#include <span>

#include "core/kernels/isa.hpp"
#include "core/types.hpp"

namespace mog::kernels {

/// Of the map that is read: height and width are even, y has half of each.
struct DepthwiseSizes {
  Index images, height, width, channels;
};

/// Forward: y[n, i, j, c] = sum over a, b in 0..2 of x[n, 2 i + a - 1, 2 j + b - 1, c] weight[c, a, b], zero outside the
/// map; fused multiply-adds in the order of (a, b), from 0.
/// Shapes: x [images, height, width, channels], weight [channels, 3, 3], y [images, height/2, width/2, channels].
template <class T>
struct DepthwiseForward {
  const T* x;
  const T* weight;
  T* y;
  DepthwiseSizes sizes;
};

/// Gradient by the input: dx[n, h, w, c] is the sum of the one, two or four dy[n, i, j, c] weight[c, a, b] with
/// 2 i + a - 1 = h and 2 j + b - 1 = w, in the order of (a, b). All of dx is written.
template <class T>
struct DepthwiseInputGradient {
  const T* dy;
  const T* weight;
  T* dx;
  DepthwiseSizes sizes;
};

/// Gradient by the weights, overwritten: dweight[c, a, b] = sum over n, i, j of
/// x[n, 2 i + a - 1, 2 j + b - 1, c] dy[n, i, j, c]. Summed pixel by pixel over fixed ranges of rows, these in order.
template <class T>
struct DepthwiseWeightGradient {
  const T* x;
  const T* dy;
  T* dweight;
  DepthwiseSizes sizes;
};

void depthwise_stride2_forward(const DepthwiseForward<float>& args);
void depthwise_stride2_input_gradient(const DepthwiseInputGradient<float>& args);
void depthwise_stride2_weight_gradient(const DepthwiseWeightGradient<float>& args);
void depthwise_stride2_forward(const DepthwiseForward<double>& args);
void depthwise_stride2_input_gradient(const DepthwiseInputGradient<double>& args);
void depthwise_stride2_weight_gradient(const DepthwiseWeightGradient<double>& args);

/// Rows [begin, end) of y, those of all images counted on.
struct DepthwiseRows {
  Index begin, end;
};

/// One instruction set's bodies, on the calling thread; they check nothing. Weights are [3, 3, channels] here. The input
/// gradient's rows of y stand for the two of dx that it writes; the weight gradient is added to dweight.
struct DepthwiseStride2Kernel {
  Isa isa;
  void (*forward)(const DepthwiseForward<float>& args, DepthwiseRows rows);
  void (*input_gradient)(const DepthwiseInputGradient<float>& args, DepthwiseRows rows);
  void (*weight_gradient)(const DepthwiseWeightGradient<float>& args, DepthwiseRows rows);
};

/// The rows that this program was built with, best first, the reference last. All give the same bits.
std::span<const DepthwiseStride2Kernel> depthwise_stride2_kernels();

/// The same on a row of the table. Throws std::invalid_argument on sizes below 1 and odd heights or widths.
void depthwise_stride2_forward(const DepthwiseForward<float>& args, const DepthwiseStride2Kernel& kernel);
void depthwise_stride2_input_gradient(const DepthwiseInputGradient<float>& args, const DepthwiseStride2Kernel& kernel);
void depthwise_stride2_weight_gradient(const DepthwiseWeightGradient<float>& args,
                                       const DepthwiseStride2Kernel& kernel);

/// Throws std::invalid_argument unless the sizes are as above.
void check_sizes(const char* operation, const DepthwiseSizes& sizes);

}  // namespace mog::kernels
