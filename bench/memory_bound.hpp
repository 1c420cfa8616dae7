// Timing of kernels whose limit is memory: every row of a table at the models' shapes, verified first, one thread.
#pragma once

#include <benchmark/benchmark.h>

#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/kernels/isa.hpp"
#include "core/tensor.hpp"

namespace mog::bench {

/// Rows and channels of an activation: the maps of MOGNET n=128 at batch 50, of n=32, and of the last layer's classes.
struct MapShape {
  Index images, side, channels;
  [[nodiscard]] Index rows() const { return images * side * side; }
  [[nodiscard]] Index count() const { return rows() * channels; }
};
inline constexpr MapShape kMaps[] = {{50, 32, 128}, {50, 16, 256}, {50, 8, 512},
                                     {50, 4, 512},  {50, 32, 32},  {50, 4, 10}};

/// Bytes per second of this thread's own time, read and written, of copying a block as large as the kernel's: the best
/// of five. Processor time, as Google Benchmark's rates are, so that other programs' turns do not count.
double stream_bandwidth(double bytes);

/// [count] numbers in [low, high), or codes 0..7; the same ones each time.
Tensor<float> random_numbers(Index count, float low = -1.5F, float high = 1.5F);
Tensor<float> random_codes(Index count);

/// Whether two results are the same to the bit, or to a relative error.
bool same(const Tensor<float>& got, const Tensor<float>& expected);
bool near(std::span<const double> got, std::span<const double> expected, double relative);

/// Times run() and reports GB/s of the `bytes` that it must read and write, and their share of stream_bandwidth; an
/// error in place of a time when `right` is false.
void time_memory(benchmark::State& state, bool right, double bytes, const std::function<void()>& run);

/// One operation of a family on one row: verifies against the reference row, then times.
template <class Kernel>
struct Operation {
  const char* name;
  void (*time)(benchmark::State& state, const Kernel& row, const Kernel& reference, MapShape map);
};

/// Registers family/operation/instruction set/rows x channels for every row that this machine runs.
template <class Kernel>
int register_rows(const std::string& family, std::span<const Kernel> table,
                  std::initializer_list<Operation<Kernel>> operations) {
  for (const auto& operation : operations) {
    for (const MapShape& map : kMaps) {
      for (const Kernel& row : table) {
        if (!kernels::available(row.isa)) continue;
        const std::string name = family + "/" + operation.name + "/" + kernels::name(row.isa) + "/" +
                                 std::to_string(map.rows()) + "x" + std::to_string(map.channels);
        const auto time = [operation, map, &row, &reference = table.back()](benchmark::State& state) {
          operation.time(state, row, reference, map);
        };
        benchmark::RegisterBenchmark(name.c_str(), time)->Unit(benchmark::kMicrosecond)->MinTime(0.1);
      }
    }
  }
  return 0;
}

}  // namespace mog::bench
