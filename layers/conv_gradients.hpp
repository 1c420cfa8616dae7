// How the gradient comes back from a convolution: for the layer, and for operations that compute the forward pass in
// another way.
#pragma once

#include <type_traits>

#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"
#include "core/kernels/conv3x3_gradient_s16/conv3x3_gradient_s16.hpp"
#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "core/kernels/pointwise_gradient_s16/pointwise_gradient_s16.hpp"
#include "core/tape.hpp"
#include "layers/pass.hpp"

namespace mog {

/// dw = x^T dy, x being numbers or their codes in bytes; only of codes can it be summed up in blocks.
template <class T>
Tensor<T> pointwise_weight_gradient(Tape<T>& tape, const Tensor<T>& x, const Tensor<T>& dy, WeightGradients) {
  const Index in = x.channels(), out = dy.channels();
  Tensor<T> dw = tape.make({in, out});
  kernels::pointwise_weight_gradient(kernels::PointwiseWeightGradient<T>{
      .x = x.data(), .dy = dy.data(), .dw = dw.data(), .rows = dy.rows(), .in = in, .out = out});
  return dw;
}
inline Tensor<float> pointwise_weight_gradient(Tape<float>& tape, const Tensor<std::uint8_t>& x,
                                               const Tensor<float>& dy, WeightGradients how) {
  const Index in = x.channels(), out = dy.channels();
  Tensor<float> dw = tape.make({in, out});
  if (how == WeightGradients::blocks) {
    kernels::pointwise_weight_gradient(kernels::PointwiseGradientS16{
        .x = x.data(), .dy = dy.data(), .dw = dw.data(), .rows = dy.rows(), .in = in, .out = out});
  } else {
    kernels::pointwise_weight_gradient(kernels::PointwiseCodesWeightGradient{
        .x = x.data(), .dy = dy.data(), .dw = dw.data(), .rows = dy.rows(), .in = in, .out = out});
  }
  return dw;
}

/// dw of y = conv3x3(x, w), x being numbers, perhaps in 16 bits; only of these can it be summed up in blocks, and where
/// neither its sizes nor an x forbid that.
template <class T, class X>
void conv3x3_weight_gradient(const kernels::Conv3x3WeightGradient<T, X>& args, WeightGradients how) {
  if constexpr (std::is_same_v<X, std::int16_t>) {
    if (how == WeightGradients::blocks && kernels::rounds_in_blocks(args.sizes) &&
        kernels::conv3x3_weight_gradient(kernels::Conv3x3GradientS16{args.x, args.dy, args.dweight, args.sizes})) {
      return;
    }
  }
  kernels::conv3x3_weight_gradient(args);
}

/// What a product keeps for its weight gradient: x, as numbers, codes or 16 bits, needed only where w wants a gradient;
/// and how this is added up.
template <class X>
struct Kept {
  Tensor<X> x;
  WeightGradients how = WeightGradients::floats;
};

/// Records how the gradient comes back from y = pointwise(x, w).
template <class T, class X>
Variable<T> record_pointwise(Tape<T>& tape, const Tensor<T>& y, const Gradient<T>& dx_sum, const Variable<T>& w,
                             const Kept<X>& kept) {
  const Index in = w.shape()[0];
  const Tensor<T> kept_w = dx_sum ? w.value : Tensor<T>();
  return tape.record(y, {dx_sum, w.gradient},
                     [&tape, kept, kept_w, in, dx_sum, dw_sum = w.gradient](const Tensor<T>& dy) {
                       const Index p = dy.rows(), o = dy.channels();
                       if (dw_sum) dw_sum.add(pointwise_weight_gradient(tape, kept.x, dy, kept.how));
                       if (dx_sum) {
                         const Tensor<T> dx = tape.make(dy.shape().with_channels(in));
                         kernels::pointwise_input_gradient(kernels::PointwiseInputGradient<T>{
                             .dy = dy.data(), .w = kept_w.data(), .dx = dx.data(), .rows = p, .in = in, .out = o});
                         dx_sum.add(dx);
                       }
                     });
}

/// Records how the gradient comes back from y = conv3x3(x, w).
template <class T, class X>
Variable<T> record_conv3x3(Tape<T>& tape, const Tensor<T>& y, const Gradient<T>& dx_sum, const Variable<T>& w,
                           const Kept<X>& kept, const kernels::Conv3x3Sizes& sizes) {
  const Shape weights = w.shape();
  const Tensor<T> kept_w = dx_sum ? w.value : Tensor<T>();
  return tape.record(
      y, {dx_sum, w.gradient}, [&tape, kept, kept_w, sizes, weights, dx_sum, dw_sum = w.gradient](const Tensor<T>& dy) {
        if (dw_sum) {
          const Tensor<T> dw = tape.make(weights);
          conv3x3_weight_gradient(kernels::Conv3x3WeightGradient<T, X>{kept.x.data(), dy.data(), dw.data(), sizes},
                                  kept.how);
          dw_sum.add(dw);
        }
        if (dx_sum) {
          const Tensor<T> dx = tape.make(dy.shape().with_channels(sizes.in));
          kernels::conv3x3_input_gradient(kernels::Conv3x3InputGradient<T>{
              .dy = dy.data(), .weight = kept_w.data(), .dx = dx.data(), .sizes = sizes});
          dx_sum.add(dx);
        }
      });
}

}  // namespace mog
