// Batch normalisation's passes, every row of the table: GB/s at the models' shapes.
#include <algorithm>

#include "bench/memory_bound.hpp"
#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"

namespace mog::bench {
namespace {

using namespace kernels;
using Row = BatchNormKernels<float>;

double bytes_of(MapShape map, double floats, std::size_t others = 0) {
  return static_cast<double>(map.count()) * (floats * sizeof(float) + static_cast<double>(others));
}

/// x as the passes read it: whole numbers in floats, or in 16 bits.
template <class X>
Tensor<X> whole_numbers(Index count) {
  const Tensor<float> codes = random_codes(count);
  Tensor<X> x(codes.shape());
  std::copy(codes.values().begin(), codes.values().end(), x.data());
  return x;
}

/// Times body(row, sums), which adds [2, channels] sums to what is there, as one piece of the rows after another would.
template <class Body>
void time_sums(benchmark::State& state, const Row& row, const Row& reference, MapShape map, double bytes,
               const Body& body) {
  std::vector<double> sums(static_cast<std::size_t>(2 * map.channels)), expected = sums;
  body(reference, expected);
  body(row, sums);
  // Uniform numbers: sums of up to 51200 rows near 0, of float runs with errors of 1e-7 of numbers about 1.
  time_memory(state, near(sums, expected, 1e-3), bytes, [&] { body(row, sums); });
}

void shifted_sums(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_numbers(map.count());
  time_sums(state, row, reference, map, bytes_of(map, 1), [&](const Row& by, std::span<double> sums) {
    by.shifted_sums({.x = x.data(),
                     .shift = x.data(),
                     .sum = sums.data(),
                     .squares = sums.data() + map.channels,
                     .rows = map.rows(),
                     .channels = map.channels});
  });
}

template <class X>
void gradient_sums(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = whole_numbers<X>(map.count());
  const auto dy = random_numbers(map.count()), mean = random_numbers(map.channels);
  time_sums(state, row, reference, map, bytes_of(map, 1, sizeof(X)), [&](const Row& by, std::span<double> sums) {
    by.template passes<X>().gradient_sums({.x = x.data(),
                                           .dy = dy.data(),
                                           .mean = mean.data(),
                                           .sum_dz = sums.data(),
                                           .sum_dz_x = sums.data() + map.channels,
                                           .rows = map.rows(),
                                           .channels = map.channels});
  });
}

template <class X>
void channel_affine(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = whole_numbers<X>(map.count());
  const auto scale = random_numbers(map.channels), shift = random_codes(map.channels);
  Tensor<float> y({map.count()}), expected({map.count()});
  const auto run = [&](const Row& by, const Tensor<float>& out) {
    by.template passes<X>().channel_affine({.x = x.data(),
                                            .scale = scale.data(),
                                            .shift = shift.data(),
                                            .y = out.data(),
                                            .rows = map.rows(),
                                            .channels = map.channels});
  };
  run(reference, expected);
  run(row, y);
  time_memory(state, same(y, expected), bytes_of(map, 1, sizeof(X)), [&] { run(row, y); });
}

template <class X>
void input_gradient(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = whole_numbers<X>(map.count());
  const auto dy = random_numbers(map.count()), constants = random_numbers(4 * map.channels);
  Tensor<float> dx({map.count()}), expected({map.count()});
  const auto run = [&](const Row& by, const Tensor<float>& out) {
    by.template passes<X>().input_gradient({.x = x.data(),
                                            .dy = dy.data(),
                                            .mean = constants.data(),
                                            .a = constants.data() + map.channels,
                                            .b = constants.data() + 2 * map.channels,
                                            .d = constants.data() + 3 * map.channels,
                                            .dx = out.data(),
                                            .rows = map.rows(),
                                            .channels = map.channels});
  };
  run(reference, expected);
  run(row, dx);
  time_memory(state, same(dx, expected), bytes_of(map, 2, sizeof(X)), [&] { run(row, dx); });
}

const int kRegistered = register_rows<Row>("batch_norm", batch_norm_kernels(),
                                           {{"shifted_sums", shifted_sums},
                                            {"channel_affine", channel_affine<float>},
                                            {"gradient_sums", gradient_sums<float>},
                                            {"input_gradient", input_gradient<float>},
                                            {"channel_affine_shorts", channel_affine<std::int16_t>},
                                            {"gradient_sums_shorts", gradient_sums<std::int16_t>},
                                            {"input_gradient_shorts", input_gradient<std::int16_t>}});

}  // namespace
}  // namespace mog::bench
