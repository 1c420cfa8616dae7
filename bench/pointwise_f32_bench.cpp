// Pointwise convolution, forward and both gradients, every row of the table: GFLOP/s at the models' layers.
#include "bench/compute_bound.hpp"
#include "core/kernels/pointwise_f32/pointwise_f32.hpp"

namespace mog::bench {
namespace {

using namespace kernels;

Index rows(const Layer& layer, Index images) { return images * layer.side * layer.side; }

void forward(const PointwiseKernel& row, const float* x, const float* w, float* y, const Layer& l, Index images) {
  pointwise_forward({.x = x, .w = w, .y = y, .rows = rows(l, images), .in = l.in, .out = l.out}, row);
}

void input_gradient(const PointwiseKernel& row, const float* dy, const float* w, float* dx, const Layer& l,
                    Index images) {
  pointwise_input_gradient({.dy = dy, .w = w, .dx = dx, .rows = rows(l, images), .in = l.in, .out = l.out}, row);
}

void weight_gradient(const PointwiseKernel& row, const float* x, const float* dy, float* dw, const Layer& l,
                     Index images) {
  pointwise_weight_gradient({.x = x, .dy = dy, .dw = dw, .rows = rows(l, images), .in = l.in, .out = l.out}, row);
}

int register_family(Index n) {
  return register_layers<PointwiseKernel>("pointwise", pointwise_kernels(),
                                          {{"forward", Of::x, Of::weight, Of::y, forward},
                                           {"forward_signs", Of::x, Of::weight, Of::y, forward, true},
                                           {"input_gradient", Of::y, Of::weight, Of::x, input_gradient},
                                           {"input_gradient_signs", Of::y, Of::weight, Of::x, input_gradient, true},
                                           {"weight_gradient", Of::x, Of::y, Of::weight, weight_gradient}},
                                          pointwise_layers(n));
}

const int kRegistered = register_family(128) + register_family(32);

}  // namespace
}  // namespace mog::bench
