// The convolutions of MOGNET as shapes, and the clock for the benchmarks of compute-bound kernels.
#include "bench/compute_bound.hpp"

#include <ctime>

#include "core/kernels/peak.hpp"

namespace mog::bench {

std::string Layer::name() const {
  const std::string map = std::to_string(side), channels = std::to_string(in) + "-" + std::to_string(out);
  return map + "x" + map + "/" + channels + (groups == 1 ? "" : "/g" + std::to_string(groups));
}

std::vector<Layer> pointwise_layers(Index n) {
  std::vector<Layer> layers;
  const auto add = [&](Index side, Index in, Index out) { layers.push_back({side, 1, in, out, 1}); };
  add(32, n, n / 2);
  add(32, n / 2, n);
  add(16, n, n / 2);
  add(16, n / 2, 2 * n);
  add(16, 2 * n, n);
  add(16, n, 2 * n);
  add(8, 2 * n, n);
  add(8, n, 4 * n);
  add(8, 4 * n, 2 * n);
  add(8, 2 * n, 4 * n);
  add(4, 4 * n, 2 * n);
  add(4, 2 * n, 4 * n);
  add(4, 4 * n, 10);
  return layers;
}

std::vector<Layer> conv3x3_layers(Index n, Index groups) {
  return {{32, 3, n / 2, n / 2, groups}, {16, 3, n / 2, n / 2, groups}, {16, 3, n, n, groups},
          {8, 3, n, n, groups},          {8, 3, 2 * n, 2 * n, groups},  {4, 3, 2 * n, 2 * n, groups}};
}

Index count(Of tensor, const Layer& layer, Index images) {
  const Index pixels = images * layer.side * layer.side;
  return tensor == Of::weight ? layer.weights() : pixels * (tensor == Of::x ? layer.in : layer.out);
}

Tensor<float> random_signs(Index count) {
  Tensor<float> numbers = random_codes(count);
  for (float& number : numbers.values()) number = number < 4 ? -1.0F : 1.0F;
  return numbers;
}

namespace {

/// Processor time of this thread, so that other programs' turns do not count.
double thread_seconds() {
  std::timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Rates of run() and of a burst.
struct Rates {
  double work, burst;
};

Rates in_turns(benchmark::State& state, double work, const std::function<void()>& run,
               const std::function<double()>& burst) {
  double seconds = 0, peak_seconds = 0, peak_operations = 0;
  for (auto _ : state) {
    const double start = thread_seconds();
    run();
    benchmark::ClobberMemory();
    const double between = thread_seconds();
    peak_operations += burst();
    peak_seconds += thread_seconds() - between;
    state.SetIterationTime(between - start);
    seconds += between - start;
  }
  return {work * static_cast<double>(state.iterations()) / seconds, peak_operations / peak_seconds};
}

}  // namespace

void time_compute(benchmark::State& state, kernels::Isa isa, double multiply_adds, const std::function<void()>& run) {
  const Rates rates = in_turns(state, 2.0 * multiply_adds, run, [isa] { return kernels::multiply_add_burst(isa); });
  state.counters["GFLOP/s"] = rates.work / 1e9;
  state.counters["share"] = rates.work / rates.burst;
}

void time_integers(benchmark::State& state, kernels::Isa isa, double multiply_adds, const std::function<void()>& run) {
  const Rates rates = in_turns(state, multiply_adds, run, [isa] { return kernels::byte_dot_burst(isa); });
  state.counters["GMAC/s"] = rates.work / 1e9;
  state.counters["share"] = rates.work / rates.burst;
}

}  // namespace mog::bench
