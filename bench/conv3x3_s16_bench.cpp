// Group: 3x3 convolution of latents, every row of the table, at the models' layers.
#include "bench/integer_kernels.hpp"
#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"

namespace mog::bench {
namespace {

using namespace kernels;

/// Latents as large as codes of three bits can make them, to sums of three bytes.
struct Group {
  Conv3x3S16Shape shape;
  Index side, channels, row_numbers;
  std::vector<std::int16_t> x;
  std::vector<std::int8_t> w;
  std::vector<std::int32_t> bias;

  explicit Group(const Layer& layer)
      : shape{.groups = layer.groups,
              .inputs = layer.in / layer.groups,
              .outputs = layer.out / layer.groups,
              .planes = 3,
              .largest = 7 * layer.in},
        side(layer.side),
        channels(layer.in),
        row_numbers((side + 2) * channels),
        x(random_integers<std::int16_t>((side + 2) * row_numbers + 1, -7 * channels, 7 * channels)),
        w(random_integers<std::int8_t>(layer.weights(), -1, 1)),
        bias(static_cast<std::size_t>(channels), 1 << 23) {}

  [[nodiscard]] Index packed_size(const Conv3x3S16Kernel& row) const { return row.packed_size(shape); }
  [[nodiscard]] Index y_bytes() const { return side * side * 3 * channels; }
  void pack(const Conv3x3S16Kernel& row, std::byte* packed) const {
    row.pack({.shape = shape, .w = w.data(), .bias = bias.data()}, packed);
  }
  void run(const Conv3x3S16Kernel& row, const std::byte* packed, std::byte* y) const {
    row.run({.x = x.data(),
             .packed = packed,
             .y = reinterpret_cast<std::uint8_t*>(y),
             .height = side,
             .width = side,
             .x_pixel = channels,
             .x_row = row_numbers,
             .y_pixel = 3 * channels,
             .y_plane = channels,
             .shape = shape});
  }
};

int register_layers_of(Index n) {
  for (const Layer& layer : conv3x3_layers(n, 4)) {
    register_integers<Group>("conv3x3_s16", conv3x3_s16_kernels(), layer);
  }
  return 0;
}

const int kRegistered = register_layers_of(128) + register_layers_of(32);

}  // namespace
}  // namespace mog::bench
