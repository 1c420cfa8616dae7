// The meaning of the pointwise kernels: plain loops, never clever; the double entry points and the last
// row of the table.
#include <vector>

#include "core/kernels/pointwise_f32/kernels.hpp"

namespace mog::kernels {
namespace {

/// y of outputs [first, end).
template <class T>
void forward(const PointwiseForward<T>& a, Index first, Index end) {
  for (Index p = 0; p < a.rows; ++p) {
    for (Index o = first; o < end; ++o) {
      T sum = 0;
      for (Index c = 0; c < a.in; ++c) sum += a.x[p * a.in + c] * a.w[c * a.out + o];
      a.y[p * a.out + o] = sum;
    }
  }
}

template <class T>
void input_gradient(const PointwiseInputGradient<T>& a) {
  for (Index p = 0; p < a.rows; ++p) {
    for (Index c = 0; c < a.in; ++c) {
      T sum = 0;
      for (Index o = 0; o < a.out; ++o) sum += a.dy[p * a.out + o] * a.w[c * a.out + o];
      a.dx[p * a.in + c] = sum;
    }
  }
}

template <class X, class T>
void weight_gradient(const PointwiseWeightGradientPart<X, T>& a) {
  for (Index c = 0; c < a.in; ++c) {
    for (Index o = 0; o < a.columns; ++o) {
      T sum = 0;
      for (Index p = 0; p < a.rows; ++p) sum += static_cast<T>(a.x[p * a.in + c]) * a.dy[p * a.out + o];
      a.dw[c * a.out + o] = sum;
    }
  }
}

Index packed_size(Index depth, Index columns) { return depth * columns; }

void pack(const ProductWeights& b, Index first, Index end, float* packed) {
  for (Index d = 0; d < b.depth; ++d) {
    for (Index j = first; j < end; ++j) {
      packed[d * b.columns + j] = b.transposed ? b.w[j * b.depth + d] : b.w[d * b.columns + j];
    }
  }
}

void multiply(const PackedProduct& p) {
  forward<float>({.x = p.a, .w = p.packed, .y = p.c, .rows = p.rows, .in = p.depth, .out = p.columns}, p.first, p.end);
}

}  // namespace

constinit const PointwiseKernel kPointwiseReference{
    Isa::reference,
    {packed_size, pack, multiply},
    {weight_gradient<float, float>, weight_gradient<std::uint8_t, float>}};

void pointwise_forward(const PointwiseForward<double>& args) { forward(args, 0, args.out); }
void pointwise_input_gradient(const PointwiseInputGradient<double>& args) { input_gradient(args); }
void pointwise_input_gradient(const NormalisedPointwiseInputGradient<double>& args) {
  BatchNormInputGradient<double> normalisation = args.normalisation;
  std::vector<double> dy(static_cast<std::size_t>(normalisation.rows * normalisation.channels));
  normalisation.dx = dy.data();
  batch_norm_input_gradient(normalisation);
  input_gradient<double>({.dy = dy.data(),
                          .w = args.w,
                          .dx = args.dx,
                          .rows = normalisation.rows,
                          .in = args.in,
                          .out = normalisation.channels});
}
void pointwise_weight_gradient(const PointwiseWeightGradient<double>& args) {
  weight_gradient<double, double>({.x = args.x,
                                   .dy = args.dy,
                                   .dw = args.dw,
                                   .rows = args.rows,
                                   .in = args.in,
                                   .columns = args.out,
                                   .out = args.out});
}

}  // namespace mog::kernels
