// Pooling kernels, every row of the table: GB/s at the models' shapes.
#include "bench/memory_bound.hpp"
#include "core/kernels/pool_f32/pool_f32.hpp"

namespace mog::bench {
namespace {

using namespace kernels;
using Row = PoolKernels<float>;

/// Times body(row, out), which writes `outputs` numbers and moves `bytes`.
template <class Body>
void time_pool(benchmark::State& state, const Row& row, const Row& reference, Index outputs, double bytes,
               const Body& body) {
  Tensor<float> out({outputs}), expected({outputs});
  body(reference, expected.data());
  body(row, out.data());
  time_memory(state, same(out, expected), bytes, [&] { body(row, out.data()); });
}

/// Bytes of a map, of its quarter and of a byte for each number of the quarter.
double max_pool_bytes(MapShape map) { return static_cast<double>(map.count()) * (4 + 1 + 0.25); }

void max_pool_forward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_codes(map.count());
  const Tensor<std::uint8_t> which({map.count() / 4});
  time_pool(state, row, reference, map.count() / 4, max_pool_bytes(map), [&](const Row& by, float* y) {
    by.max_pool_forward({.x = x.data(),
                         .y = y,
                         .which = which.data(),
                         .images = map.images,
                         .height = map.side,
                         .width = map.side,
                         .channels = map.channels});
  });
}

void max_pool_backward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto dy = random_numbers(map.count() / 4);
  Tensor<std::uint8_t> which({map.count() / 4});
  for (Index i = 0; i < which.elements(); ++i) which[i] = static_cast<std::uint8_t>(i * 37 % 101 % 4);
  time_pool(state, row, reference, map.count(), max_pool_bytes(map), [&](const Row& by, float* dx) {
    by.max_pool_backward({.which = which.data(),
                          .dy = dy.data(),
                          .dx = dx,
                          .images = map.images,
                          .height = map.side,
                          .width = map.side,
                          .channels = map.channels});
  });
}

void map_mean_forward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_codes(map.count());
  time_pool(
      state, row, reference, map.images * map.channels, static_cast<double>(map.count()) * sizeof(float),
      [&](const Row& by, float* y) {
        by.map_mean_forward(
            {.x = x.data(), .y = y, .images = map.images, .pixels = map.side * map.side, .channels = map.channels});
      });
}

void map_mean_backward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto dy = random_numbers(map.images * map.channels);
  time_pool(
      state, row, reference, map.count(), static_cast<double>(map.count()) * sizeof(float),
      [&](const Row& by, float* dx) {
        by.map_mean_backward(
            {.dy = dy.data(), .dx = dx, .images = map.images, .pixels = map.side * map.side, .channels = map.channels});
      });
}

const int kRegistered = register_rows<Row>("pool", pool_kernels(),
                                           {{"max_pool_forward", max_pool_forward},
                                            {"max_pool_backward", max_pool_backward},
                                            {"map_mean_forward", map_mean_forward},
                                            {"map_mean_backward", map_mean_backward}});

}  // namespace
}  // namespace mog::bench
