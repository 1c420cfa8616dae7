// Pointwise convolution of codes of one bit, every row of the table, at the models' squeezes: beside
// pointwise_u8/squeeze, which does the same with dot products of bytes.
#include "bench/integer_kernels.hpp"
#include "core/kernels/pointwise_u1/pointwise_u1.hpp"

namespace mog::bench {
namespace {

using namespace kernels;

struct Squeeze {
  PointwiseU1Shape shape;
  Index pixels;
  std::vector<std::uint8_t> x;
  std::vector<std::int8_t> w;

  explicit Squeeze(const Layer& layer)
      : shape{.in = layer.in, .out = layer.out},
        pixels(layer.side * layer.side),
        x(random_integers<std::uint8_t>(pixels * shape.in, 0, 1)),
        w(random_signs8(shape.in * shape.out)) {}

  [[nodiscard]] Index packed_size(const PointwiseU1Kernel& row) const { return row.packed_size(shape); }
  [[nodiscard]] Index y_bytes() const { return pixels * shape.out * 2; }
  void pack(const PointwiseU1Kernel& row, std::byte* packed) const { row.pack({shape, w.data()}, packed); }
  void run(const PointwiseU1Kernel& row, const std::byte* packed, std::byte* y) const {
    row.run({.x = x.data(),
             .packed = packed,
             .y = reinterpret_cast<std::int16_t*>(y),
             .pixels = pixels,
             .x_pixel = shape.in,
             .y_layout = {.width = pixels, .pixel = shape.out, .row = 0},
             .shape = shape});
  }
};

int register_layers_of(Index n) {
  for (const Layer& layer : pointwise_layers(n)) {
    if (layer.out == 10 || layer.out > layer.in) continue;
    register_integers<Squeeze>("pointwise_u1/squeeze", pointwise_u1_kernels(), layer);
  }
  return 0;
}

const int kRegistered = register_layers_of(128) + register_layers_of(32);

}  // namespace
}  // namespace mog::bench
