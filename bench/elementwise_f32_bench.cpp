// Elementwise kernels, every row of the table: GB/s at the models' shapes.
#include "bench/memory_bound.hpp"
#include "core/kernels/elementwise_f32/elementwise_f32.hpp"

namespace mog::bench {
namespace {

using namespace kernels;
using Row = ElementwiseKernels<float>;

/// Times body(row, y), which writes a map y; `streams` maps are read and written by it, counting a bit mask as 1/32.
template <class Body>
void time_map(benchmark::State& state, const Row& row, const Row& reference, MapShape map, double streams,
              const Body& body) {
  const auto y = Tensor<float>::filled({map.count()}, 0), expected = Tensor<float>::filled({map.count()}, 0);
  body(reference, expected.data());
  body(row, y.data());
  time_memory(state, same(y, expected), streams * static_cast<double>(map.count()) * sizeof(float),
              [&] { body(row, y.data()); });
}

Tensor<std::uint8_t> some_bytes(Index count, std::uint8_t most) {
  Tensor<std::uint8_t> bytes({count});
  for (Index i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 % 101 % (most + 1));
  return bytes;
}

void add(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto a = random_numbers(map.count()), b = random_codes(map.count());
  time_map(state, row, reference, map, 3,
           [&](const Row& by, float* y) { by.add({.a = a.data(), .b = b.data(), .y = y, .count = map.count()}); });
}

void relu_forward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_numbers(map.count());
  time_map(state, row, reference, map, 2,
           [&](const Row& by, float* y) { by.relu_forward({.x = x.data(), .y = y, .count = map.count()}); });
}

void relu_backward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto y = random_codes(map.count()), dy = random_numbers(map.count());
  time_map(state, row, reference, map, 3, [&](const Row& by, float* dx) {
    by.relu_backward({.y = y.data(), .dy = dy.data(), .dx = dx, .count = map.count()});
  });
}

void qrelu_forward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_numbers(map.count());
  const Tensor<std::uint8_t> passes({(map.count() + 7) / 8});
  time_map(state, row, reference, map, 2 + 1.0 / 32, [&](const Row& by, float* q) {
    by.qrelu_forward({.x = x.data(), .q = q, .passes = passes.data(), .count = map.count(), .bits = 3});
  });
}

void qrelu_backward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto dq = random_numbers(map.count());
  const auto passes = some_bytes((map.count() + 7) / 8, 255);
  time_map(state, row, reference, map, 2 + 1.0 / 32, [&](const Row& by, float* dx) {
    by.qrelu_backward({.passes = passes.data(), .dq = dq.data(), .dx = dx, .count = map.count(), .bits = 3});
  });
}

void bitshift_forward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto a = random_codes(map.count()), b = random_codes(map.count());
  time_map(state, row, reference, map, 3, [&](const Row& by, float* y) {
    by.bitshift_forward({.a = a.data(), .b = b.data(), .y = y, .count = map.count(), .bits = 3});
  });
}

void mux_forward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto i0 = random_codes(map.count()), i1 = random_numbers(map.count());
  const auto s = some_bytes(map.images * map.channels, 1);
  time_map(state, row, reference, map, 3, [&](const Row& by, float* y) {
    by.mux_forward({.i0 = i0.data(),
                    .i1 = i1.data(),
                    .s = s.data(),
                    .y = y,
                    .images = map.images,
                    .pixels = map.side * map.side,
                    .channels = map.channels});
  });
}

void mux_backward(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto dy = random_numbers(map.count());
  const auto s = some_bytes(map.images * map.channels, 1);
  const Tensor<float> di1({map.count()});
  time_map(state, row, reference, map, 3, [&](const Row& by, float* di0) {
    by.mux_backward({.dy = dy.data(),
                     .s = s.data(),
                     .di0 = di0,
                     .di1 = di1.data(),
                     .images = map.images,
                     .pixels = map.side * map.side,
                     .channels = map.channels});
  });
}

void mux_add_gradient(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto dy = random_numbers(map.count());
  const auto s = some_bytes(map.images * map.channels, 1);
  time_map(state, row, reference, map, 3, [&](const Row& by, float* dx) {
    by.mux_add_gradient({.dy = dy.data(),
                         .s = s.data(),
                         .dx = dx,
                         .images = map.images,
                         .pixels = map.side * map.side,
                         .channels = map.channels});
  });
}

const int kRegistered = register_rows<Row>("elementwise", elementwise_kernels(),
                                           {{"add", add},
                                            {"relu_forward", relu_forward},
                                            {"relu_backward", relu_backward},
                                            {"qrelu_forward", qrelu_forward},
                                            {"qrelu_backward", qrelu_backward},
                                            {"bitshift_forward", bitshift_forward},
                                            {"mux_forward", mux_forward},
                                            {"mux_backward", mux_backward},
                                            {"mux_add_gradient", mux_add_gradient}});

}  // namespace
}  // namespace mog::bench
