// Timing of the deployed network's convolutions: every row of a table, one image, verified first, GMAC/s as a share of
// the 8-bit dot products' rate in the same run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>

#include "bench/compute_bound.hpp"
#include "core/random.hpp"

namespace mog::bench {

/// Integers low..high, the same each time.
template <class T>
std::vector<T> random_integers(Index count, std::int64_t low, std::int64_t high) {
  Random random(1, Purpose::user);
  std::vector<T> numbers(static_cast<std::size_t>(count));
  const auto span = static_cast<std::uint64_t>(high - low) + 1;
  for (T& number : numbers) number = static_cast<T>(low + static_cast<std::int64_t>(random.below(span)));
  return numbers;
}

inline std::vector<std::int8_t> random_signs8(Index count) {
  std::vector<std::int8_t> signs = random_integers<std::int8_t>(count, 0, 1);
  for (auto& sign : signs) sign = static_cast<std::int8_t>(2 * sign - 1);
  return signs;
}

/// Bytes from the beginning of a cache line.
class Lines {
 public:
  explicit Lines(Index bytes) : memory_(static_cast<std::size_t>(bytes) + kLine) {}
  std::byte* data() {
    return memory_.data() + (kLine - reinterpret_cast<std::uintptr_t>(memory_.data()) % kLine) % kLine;
  }

 private:
  static constexpr std::size_t kLine = 64;
  std::vector<std::byte> memory_;
};

/// Registers family/instruction set/layer for every row that this machine runs. A Problem is made of the layer and
/// has: packed_size(row), pack(row, packed), y_bytes(), run(row, packed, y).
template <class Problem, class Kernel>
void register_integers(const std::string& family, std::span<const Kernel> table, const Layer& layer) {
  for (const Kernel& row : table) {
    if (!kernels::available(row.isa)) continue;
    const std::string full = family + "/" + kernels::name(row.isa) + "/" + layer.name();
    const auto time = [=, &row](benchmark::State& state) {
      const OneThread alone;
      const Problem problem(layer);
      const auto result = [&](const Kernel& kernel, std::byte* y) {
        const auto packed = std::make_shared<Lines>(problem.packed_size(kernel));
        problem.pack(kernel, packed->data());
        const auto run = [=, &problem, &kernel] { problem.run(kernel, packed->data(), y); };
        run();
        return run;
      };
      Lines y(problem.y_bytes()), expected(problem.y_bytes());
      const auto run = result(row, y.data());
      result(table.back(), expected.data());
      if (!std::equal(y.data(), y.data() + problem.y_bytes(), expected.data())) {
        state.SkipWithError("the result differs from the reference");
        return;
      }
      time_integers(state, row.isa, layer.multiply_adds(1), run);
    };
    benchmark::RegisterBenchmark(full.c_str(), time)->Unit(benchmark::kMicrosecond)->UseManualTime()->MinTime(0.1);
  }
}

}  // namespace mog::bench
