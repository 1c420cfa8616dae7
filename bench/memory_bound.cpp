// The measured limit of memory, inputs and comparisons for the benchmarks of memory-bound kernels.
#include "bench/memory_bound.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "core/random.hpp"

namespace mog::bench {

double stream_bandwidth(double bytes) {
  const Index count = std::max<Index>(1, static_cast<Index>(bytes / 2.0 / sizeof(float)));
  const Tensor<float> from = Tensor<float>::filled({count}, 1.0F), to = Tensor<float>::filled({count}, 0.0F);
  const Index repeats = std::max<Index>(1, (Index{1} << 22) / count);  // some milliseconds a try
  double best = 0;
  for (int attempt = 0; attempt < 5; ++attempt) {
    const std::clock_t start = std::clock();
    for (Index i = 0; i < repeats; ++i) {
      for (Index k = 0; k < count; ++k) to[k] = 2.0F * from[k];
      benchmark::ClobberMemory();
    }
    const double taken = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    best = std::max(best, 2.0 * static_cast<double>(count * repeats) * sizeof(float) / taken);
  }
  return best;
}

Tensor<float> random_numbers(Index count, float low, float high) {
  Tensor<float> numbers({count});
  Random random(1, Purpose::user);
  for (float& number : numbers.values()) number = random.uniform(low, high);
  return numbers;
}

Tensor<float> random_codes(Index count) {
  Tensor<float> codes({count});
  Random random(2, Purpose::user);
  for (float& code : codes.values()) code = static_cast<float>(random.below(8));
  return codes;
}

bool same(const Tensor<float>& got, const Tensor<float>& expected) {
  return std::memcmp(got.data(), expected.data(), got.values().size_bytes()) == 0;
}

bool near(std::span<const double> got, std::span<const double> expected, double relative) {
  const auto close = [&](double a, double b) { return std::abs(a - b) <= relative * (1 + std::abs(b)); };
  return std::equal(got.begin(), got.end(), expected.begin(), expected.end(), close);
}

void time_memory(benchmark::State& state, bool right, double bytes, const std::function<void()>& run) {
  if (!right) {
    state.SkipWithError("the result differs from the reference");
    return;
  }
  const double limit = stream_bandwidth(bytes);
  for (auto _ : state) {
    run();
    benchmark::ClobberMemory();
  }
  const double moved = bytes * static_cast<double>(state.iterations());
  state.counters["GB/s"] = benchmark::Counter(moved / 1e9, benchmark::Counter::kIsRate);
  state.counters["share"] = benchmark::Counter(moved / limit, benchmark::Counter::kIsRate);
}

}  // namespace mog::bench
