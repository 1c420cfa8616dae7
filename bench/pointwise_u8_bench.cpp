// Pointwise convolution of unsigned numbers, every row of the table, at the models' layers.
#include <type_traits>

#include "bench/integer_kernels.hpp"
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"

namespace mog::bench {
namespace {

using namespace kernels;

/// Numbers of `Planes` bytes, or codes of three bits; to codes of three bits, or to numbers of 16 where Levels is 0.
template <Index Planes, Index Levels>
struct Pointwise {
  PointwiseU8Shape shape;
  Index pixels;
  std::vector<std::uint8_t> x;
  std::vector<std::int8_t> w;
  std::vector<std::int32_t> levels;

  explicit Pointwise(const Layer& layer)
      : shape{.in = layer.in, .out = layer.out, .planes = Planes, .levels = Levels},
        pixels(layer.side * layer.side),
        x(random_integers<std::uint8_t>(pixels * Planes * shape.in, 0, Planes == 1 ? 7 : 255)),
        w(random_signs8(shape.in * shape.out)) {
    for (Index o = 0; o < shape.out; ++o) {
      for (std::int32_t j = 0; j < Levels; ++j) levels.push_back(1000 * j);
    }
  }

  [[nodiscard]] Index packed_size(const PointwiseU8Kernel& row) const { return row.packed_size(shape); }
  [[nodiscard]] Index y_bytes() const { return pixels * shape.out * (Levels == 0 ? 2 : 1); }
  void pack(const PointwiseU8Kernel& row, std::byte* packed) const {
    row.pack({.shape = shape, .w = w.data(), .bias = nullptr, .levels = levels.data()}, packed);
  }
  void run(const PointwiseU8Kernel& row, const std::byte* packed, std::byte* y) const {
    using Number = std::conditional_t<Levels == 0, std::int16_t, std::uint8_t>;
    row.run({.x = x.data(),
             .packed = packed,
             .y = reinterpret_cast<Number*>(y),
             .pixels = pixels,
             .x_pixel = Planes * shape.in,
             .x_plane = shape.in,
             .y_layout = {.width = pixels, .pixel = shape.out, .row = 0},
             .shape = shape});
  }
};

/// squeeze: codes to latents of 16 bits. expand: latents of two or three bytes to codes of three bits.
int register_layers_of(Index n) {
  const auto rows = pointwise_u8_kernels();
  for (const Layer& layer : pointwise_layers(n)) {
    if (layer.out == 10) continue;
    if (layer.out < layer.in) register_integers<Pointwise<1, 0>>("pointwise_u8/squeeze", rows, layer);
    if (layer.out > layer.in) {
      register_integers<Pointwise<2, 7>>("pointwise_u8/expand", rows, layer);
      register_integers<Pointwise<3, 7>>("pointwise_u8/expand24", rows, layer);
    }
  }
  return 0;
}

const int kRegistered = register_layers_of(128) + register_layers_of(32);

}  // namespace
}  // namespace mog::bench
