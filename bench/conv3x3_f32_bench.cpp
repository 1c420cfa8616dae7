// 3x3 convolution, forward and both gradients, every row of the table: GFLOP/s at the models' layers.
#include "bench/compute_bound.hpp"
#include "core/kernels/conv3x3_f32/conv3x3_f32.hpp"

namespace mog::bench {
namespace {

using namespace kernels;

Conv3x3Sizes sizes(const Layer& l, Index images) {
  return {.images = images, .height = l.side, .width = l.side, .in = l.in, .out = l.out, .groups = l.groups};
}

void forward(const Conv3x3Kernel& row, const float* x, const float* weight, float* y, const Layer& l, Index images) {
  conv3x3_forward({.x = x, .weight = weight, .y = y, .sizes = sizes(l, images)}, row);
}

void input_gradient(const Conv3x3Kernel& row, const float* dy, const float* weight, float* dx, const Layer& l,
                    Index images) {
  conv3x3_input_gradient({.dy = dy, .weight = weight, .dx = dx, .sizes = sizes(l, images)}, row);
}

void weight_gradient(const Conv3x3Kernel& row, const float* x, const float* dy, float* dweight, const Layer& l,
                     Index images) {
  conv3x3_weight_gradient({.x = x, .dy = dy, .dweight = dweight, .sizes = sizes(l, images)}, row);
}

int register_family(const std::vector<Layer>& layers) {
  return register_layers<Conv3x3Kernel>("conv3x3", conv3x3_kernels(),
                                        {{"forward", Of::x, Of::weight, Of::y, forward},
                                         {"input_gradient", Of::y, Of::weight, Of::x, input_gradient},
                                         {"weight_gradient", Of::x, Of::y, Of::weight, weight_gradient}},
                                        layers);
}

/// The first layer, dense: the images' three channels to n maps. It has no input gradient in a network.
const int kFirst = register_family({{32, 3, 3, 128, 1}, {32, 3, 3, 32, 1}});
const int kGrouped = register_family(conv3x3_layers(128, 4)) + register_family(conv3x3_layers(128, 8)) +
                     register_family(conv3x3_layers(32, 4)) + register_family(conv3x3_layers(32, 8));
/// Of ResNets and VGGs, and depthwise ones of a MobileNet.
const int kDense = register_family({{32, 3, 64, 64, 1}, {8, 3, 256, 256, 1}, {4, 3, 512, 512, 1}, {2, 3, 512, 512, 1}});
const int kDepthwise = register_family({{32, 3, 64, 64, 64}, {8, 3, 256, 256, 256}, {4, 3, 512, 512, 512}});

}  // namespace
}  // namespace mog::bench
