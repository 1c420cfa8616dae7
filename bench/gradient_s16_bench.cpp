// Weight gradients in blocks of 16-bit numbers, every row of the tables, at the models' layers, one image.
#include "bench/integer_kernels.hpp"
#include "core/kernels/conv3x3_gradient_s16/conv3x3_gradient_s16.hpp"
#include "core/kernels/pointwise_gradient_s16/pointwise_gradient_s16.hpp"

namespace mog::bench {
namespace {

using namespace kernels;

/// A layer's inputs and the gradient of its sums; nothing is packed.
template <class X>
struct Gradient {
  Layer layer;
  Index pixels;
  std::vector<X> x;
  std::vector<float> dy;

  Gradient(const Layer& l, std::int64_t low, std::int64_t high)
      : layer(l), pixels(l.side * l.side), x(random_integers<X>(pixels * l.in, low, high)) {
    for (const auto number : random_integers<std::int16_t>(pixels * l.out, -1000, 1000)) dy.push_back(1e-5F * number);
  }
  template <class Kernel>
  [[nodiscard]] Index packed_size(const Kernel&) const {
    return 0;
  }
  template <class Kernel>
  void pack(const Kernel&, std::byte*) const {}
  [[nodiscard]] Index y_bytes() const { return layer.weights() * static_cast<Index>(sizeof(float)); }
};

/// Of a squeeze: codes of three bits.
struct Squeeze : Gradient<std::uint8_t> {
  explicit Squeeze(const Layer& l) : Gradient(l, 0, 7) {}
  void run(const PointwiseGradientS16Kernel& row, const std::byte*, std::byte* y) const {
    pointwise_weight_gradient({.x = x.data(),
                               .dy = dy.data(),
                               .dw = reinterpret_cast<float*>(y),
                               .rows = pixels,
                               .in = layer.in,
                               .out = layer.out},
                              row);
  }
};

/// Of a group: latents.
struct Group : Gradient<std::int16_t> {
  explicit Group(const Layer& l) : Gradient(l, -300, 300) {}
  void run(const Conv3x3GradientS16Kernel& row, const std::byte*, std::byte* y) const {
    const Conv3x3Sizes sizes{.images = 1,
                             .height = layer.side,
                             .width = layer.side,
                             .in = layer.in,
                             .out = layer.out,
                             .groups = layer.groups};
    conv3x3_weight_gradient(Conv3x3GradientS16{x.data(), dy.data(), reinterpret_cast<float*>(y), sizes}, row);
  }
};

int register_layers_of(Index n) {
  for (const Layer& layer : pointwise_layers(n)) {
    if (layer.out < layer.in)
      register_integers<Squeeze>("pointwise_gradient_s16", pointwise_gradient_s16_kernels(), layer);
  }
  for (const Layer& layer : conv3x3_layers(n, 4)) {
    if (layer.in / layer.groups < 16) continue;  // those are summed up in floats
    register_integers<Group>("conv3x3_gradient_s16", conv3x3_gradient_s16_kernels(), layer);
  }
  return 0;
}

const int kRegistered = register_layers_of(128) + register_layers_of(32);

}  // namespace
}  // namespace mog::bench
