// Pointwise convolution of 16-bit numbers, every row of the table, at the models' expansions.
#include "bench/integer_kernels.hpp"
#include "core/kernels/pointwise_s16/pointwise_s16.hpp"

namespace mog::bench {
namespace {

using namespace kernels;

/// Sums of a group as the training step expands them, to floats.
struct Expansion {
  PointwiseS16Shape shape;
  Index pixels;
  std::vector<std::int16_t> x;
  std::vector<std::int8_t> w;

  explicit Expansion(const Layer& layer)
      : shape{.in = layer.in, .out = layer.out},
        pixels(layer.side * layer.side),
        x(random_integers<std::int16_t>(pixels * shape.in + 1, -30000, 30000)),
        w(random_signs8(shape.in * shape.out)) {}

  [[nodiscard]] Index packed_size(const PointwiseS16Kernel& row) const { return row.packed_size(shape); }
  [[nodiscard]] Index y_bytes() const { return pixels * shape.out * static_cast<Index>(sizeof(float)); }
  void pack(const PointwiseS16Kernel& row, std::byte* packed) const {
    row.pack({.shape = shape, .w = w.data()}, packed);
  }
  void run(const PointwiseS16Kernel& row, const std::byte* packed, std::byte* y) const {
    row.run({.x = x.data(), .packed = packed, .y = reinterpret_cast<float*>(y), .pixels = pixels, .shape = shape});
  }
};

int register_layers_of(Index n) {
  for (const Layer& layer : pointwise_layers(n)) {
    if (layer.out > layer.in) register_integers<Expansion>("pointwise_s16", pointwise_s16_kernels(), layer);
  }
  return 0;
}

const int kRegistered = register_layers_of(128) + register_layers_of(32);

}  // namespace
}  // namespace mog::bench
