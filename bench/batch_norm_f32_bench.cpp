// Batch normalisation's passes, every row of the table: GB/s at the models' shapes.
#include "bench/memory_bound.hpp"
#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"

namespace mog::bench {
namespace {

using namespace kernels;
using Row = BatchNormKernels<float>;

double bytes_of(MapShape map, double streams) { return streams * static_cast<double>(map.count()) * sizeof(float); }

/// Times body(row, sums), which adds [2, channels] sums to what is there, as one piece of the rows after another would.
template <class Body>
void time_sums(benchmark::State& state, const Row& row, const Row& reference, MapShape map, double streams,
               const Body& body) {
  std::vector<double> sums(static_cast<std::size_t>(2 * map.channels)), expected = sums;
  body(reference, expected.data());
  body(row, sums.data());
  // Uniform numbers: sums of up to 51200 rows near 0, of float runs with errors of 1e-7 of numbers about 1.
  time_memory(state, near(sums, expected, 1e-3), bytes_of(map, streams), [&] { body(row, sums.data()); });
}

void shifted_sums(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_numbers(map.count());
  time_sums(state, row, reference, map, 1, [&](const Row& by, double* sums) {
    by.shifted_sums({.x = x.data(),
                     .shift = x.data(),
                     .sum = sums,
                     .squares = sums + map.channels,
                     .rows = map.rows(),
                     .channels = map.channels});
  });
}

void gradient_sums(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_codes(map.count()), dy = random_numbers(map.count()), mean = random_numbers(map.channels);
  time_sums(state, row, reference, map, 2, [&](const Row& by, double* sums) {
    by.numbers.gradient_sums({.x = x.data(),
                              .dy = dy.data(),
                              .mean = mean.data(),
                              .sum_dz = sums,
                              .sum_dz_x = sums + map.channels,
                              .rows = map.rows(),
                              .channels = map.channels});
  });
}

void channel_affine(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_numbers(map.count()), scale = random_numbers(map.channels), shift = random_codes(map.channels);
  Tensor<float> y({map.count()}), expected({map.count()});
  const auto run = [&](const Row& by, float* out) {
    by.numbers.channel_affine({.x = x.data(),
                               .scale = scale.data(),
                               .shift = shift.data(),
                               .y = out,
                               .rows = map.rows(),
                               .channels = map.channels});
  };
  run(reference, expected.data());
  run(row, y.data());
  time_memory(state, same(y, expected), bytes_of(map, 2), [&] { run(row, y.data()); });
}

void input_gradient(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = random_codes(map.count()), dy = random_numbers(map.count()),
             constants = random_numbers(4 * map.channels);
  Tensor<float> dx({map.count()}), expected({map.count()});
  const auto run = [&](const Row& by, float* out) {
    by.numbers.input_gradient({.x = x.data(),
                               .dy = dy.data(),
                               .mean = constants.data(),
                               .a = constants.data() + map.channels,
                               .b = constants.data() + 2 * map.channels,
                               .d = constants.data() + 3 * map.channels,
                               .dx = out,
                               .rows = map.rows(),
                               .channels = map.channels});
  };
  run(reference, expected.data());
  run(row, dx.data());
  time_memory(state, same(dx, expected), bytes_of(map, 3), [&] { run(row, dx.data()); });
}

const int kRegistered = register_rows<Row>("batch_norm", batch_norm_kernels(),
                                           {{"shifted_sums", shifted_sums},
                                            {"channel_affine", channel_affine},
                                            {"gradient_sums", gradient_sums},
                                            {"input_gradient", input_gradient}});

}  // namespace
}  // namespace mog::bench
