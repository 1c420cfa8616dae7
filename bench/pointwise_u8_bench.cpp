// Pointwise convolution of unsigned numbers, every row of the table: GMAC/s at the models' layers, one image.
#include <algorithm>
#include <cstring>

#include "bench/compute_bound.hpp"
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"
#include "core/random.hpp"

namespace mog::bench {
namespace {

using namespace kernels;

/// Memory for one convolution, filled from a seed.
struct Operands {
  PointwiseU8Shape shape;
  Index pixels;
  std::vector<std::uint8_t> x;
  std::vector<std::int8_t> w;
  std::vector<std::int32_t> levels;

  Operands(const PointwiseU8Shape& s, Index number)
      : shape(s),
        pixels(number),
        x(static_cast<std::size_t>(number * s.planes * s.in)),
        w(static_cast<std::size_t>(s.in * s.out)),
        levels(static_cast<std::size_t>(s.out * s.levels)) {
    Random random(1, Purpose::user);
    for (auto& number8 : x) number8 = static_cast<std::uint8_t>(random.below(s.planes == 1 ? 8 : 256));
    for (auto& weight : w) weight = random.below(2) == 0 ? std::int8_t{-1} : std::int8_t{1};
    for (std::size_t i = 0; i < levels.size(); ++i) {
      levels[i] = static_cast<std::int32_t>(1000 * (static_cast<Index>(i) % s.levels));
    }
  }
};

/// A row's packed weights and result.
struct Run {
  const PointwiseU8Kernel& row;
  const Operands& operands;
  std::vector<std::byte> packed;
  std::vector<std::byte> y;

  Run(const PointwiseU8Kernel& kernel, const Operands& all)
      : row(kernel),
        operands(all),
        packed(static_cast<std::size_t>(row.packed_size(all.shape) + 64)),
        y(static_cast<std::size_t>(all.pixels * all.shape.out * 2)) {
    row.pack({.shape = all.shape, .w = all.w.data(), .bias = nullptr, .levels = all.levels.data()}, aligned());
  }
  std::byte* aligned() { return packed.data() + (64 - reinterpret_cast<std::uintptr_t>(packed.data()) % 64) % 64; }
  void operator()() {
    const PointwiseU8Shape& s = operands.shape;
    row.run({.x = operands.x.data(),
             .packed = aligned(),
             .y = y.data(),
             .pixels = operands.pixels,
             .x_pixel = s.planes * s.in,
             .x_plane = s.in,
             .y_layout = {.width = operands.pixels, .pixel = s.out, .row = 0},
             .shape = s});
  }
};

/// squeeze: codes to latents of 16 bits. expand: latents of two or three bytes to codes of three bits.
void register_layer(const char* name, Index planes, Index levels, const Layer& layer) {
  const PointwiseU8Shape shape{.in = layer.in, .out = layer.out, .planes = planes, .levels = levels};
  const Index pixels = layer.side * layer.side;
  for (const PointwiseU8Kernel& row : pointwise_u8_kernels()) {
    if (!available(row.isa)) continue;
    const std::string full = std::string("pointwise_u8/") + name + "/" + kernels::name(row.isa) + "/" + layer.name();
    const auto time = [=, &row](benchmark::State& state) {
      const Operands operands(shape, pixels);
      Run run(row, operands), reference(pointwise_u8_kernels().back(), operands);
      run();
      reference();
      if (run.y != reference.y) {
        state.SkipWithError("the result differs from the reference");
        return;
      }
      time_integers(state, row.isa, layer.multiply_adds(1), [&run] { run(); });
    };
    benchmark::RegisterBenchmark(full.c_str(), time)->Unit(benchmark::kMicrosecond)->UseManualTime()->MinTime(0.1);
  }
}

int register_family(Index n) {
  for (const Layer& layer : pointwise_layers(n)) {
    if (layer.out == 10) continue;
    if (layer.out < layer.in) register_layer("squeeze", 1, 0, layer);
    if (layer.out > layer.in) {
      register_layer("expand", 2, 7, layer);
      register_layer("expand24", 3, 7, layer);
    }
  }
  return 0;
}

const int kRegistered = register_family(128) + register_family(32);

}  // namespace
}  // namespace mog::bench
