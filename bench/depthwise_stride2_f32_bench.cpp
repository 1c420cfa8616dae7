// The depthwise convolution with stride 2, every row of the table: GB/s at the models' shapes.
#include "bench/memory_bound.hpp"
#include "core/kernels/depthwise_stride2_f32/depthwise_stride2_f32.hpp"

namespace mog::bench {
namespace {

using namespace kernels;
using Row = DepthwiseStride2Kernel;

DepthwiseSizes sizes(MapShape map) { return {map.images, map.side, map.side, map.channels}; }

/// Times body(row, out), which writes `outputs` numbers, reads or writes a map and a quarter of one.
template <class Body>
void time_depthwise(benchmark::State& state, const Row& row, const Row& reference, Index outputs, MapShape map,
                    const Body& body) {
  Tensor<float> out({outputs}), expected({outputs});
  body(reference, expected.data());
  body(row, out.data());
  const double bytes = 1.25 * static_cast<double>(map.count()) * sizeof(float);
  time_memory(state, same(out, expected), bytes, [&] { body(row, out.data()); });
}

void forward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_numbers(map.count()), weight = random_numbers(9 * map.channels);
  time_depthwise(state, row, reference, map.count() / 4, map, [&](const Row& by, float* y) {
    depthwise_stride2_forward({.x = x.data(), .weight = weight.data(), .y = y, .sizes = sizes(map)}, by);
  });
}

void input_gradient(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto dy = random_numbers(map.count() / 4), weight = random_numbers(9 * map.channels);
  time_depthwise(state, row, reference, map.count(), map, [&](const Row& by, float* dx) {
    depthwise_stride2_input_gradient({.dy = dy.data(), .weight = weight.data(), .dx = dx, .sizes = sizes(map)}, by);
  });
}

void weight_gradient(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_numbers(map.count()), dy = random_numbers(map.count() / 4);
  time_depthwise(state, row, reference, 9 * map.channels, map, [&](const Row& by, float* dweight) {
    depthwise_stride2_weight_gradient({.x = x.data(), .dy = dy.data(), .dweight = dweight, .sizes = sizes(map)}, by);
  });
}

const int kRegistered = register_rows<Row>(
    "depthwise_stride2", depthwise_stride2_kernels(),
    {{"forward", forward}, {"input_gradient", input_gradient}, {"weight_gradient", weight_gradient}});

}  // namespace
}  // namespace mog::bench
