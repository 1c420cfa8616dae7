// Timing of kernels whose limit is arithmetic: the convolutions of MOGNET, every row of a table,
// one thread, verified first.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bench/memory_bound.hpp"
#include "core/kernels/isa.hpp"
#include "core/parallel.hpp"
#include "core/tensor.hpp"

namespace mog::bench {

/// A convolution of a map of side x side pixels with kernel x kernel weights, in groups.
struct Layer {
  Index side, kernel, in, out, groups;

  [[nodiscard]] Index weights() const { return kernel * kernel * in * out / groups; }
  /// As `mog summary` counts them: taps beyond the border included.
  [[nodiscard]] double multiply_adds(Index images) const {
    return static_cast<double>(images * side * side) * static_cast<double>(weights());
  }
  /// "16x16/128-64", followed by "/g4" where there are groups.
  [[nodiscard]] std::string name() const;
};

/// The different layers of MOGNET(n), in order: the pointwise ones, and the 3x3 ones for `groups`.
std::vector<Layer> pointwise_layers(Index n);
std::vector<Layer> conv3x3_layers(Index n, Index groups);

/// The tensors of a convolution; forward and gradients make one from the two others.
enum class Of { x, weight, y };
Index count(Of tensor, const Layer& layer, Index images);

/// One operation of a family.
template <class Kernel>
struct Product {
  const char* name;
  Of left, right, result;
  void (*run)(const Kernel& row, const float* left, const float* right, float* result, const Layer& layer,
              Index images);
  bool signs = false;  // the right operand holds -1 and +1, no codes
};

inline constexpr Index kBatch = 50;

/// [count] numbers -1 or +1; the same ones each time.
Tensor<float> random_signs(Index count);

/// Times run() in turns with bursts of multiply-adds, and reports GFLOP/s and the share of the bursts' rate. Whatever
/// else the machine does slows both.
void time_compute(benchmark::State& state, kernels::Isa isa, double multiply_adds, const std::function<void()>& run);

/// The same in GMAC/s for integers, as a share of the bursts of 8-bit dot products.
void time_integers(benchmark::State& state, kernels::Isa isa, double multiply_adds, const std::function<void()>& run);

/// One thread while it lives.
class OneThread {
 public:
  OneThread() { set_threads(1); }
  ~OneThread() { set_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_ = threads();
};

/// One product on one row. The operands are whole numbers, whose sums are exact: two images must
/// give the reference's bits.
template <class Kernel>
void time_product(benchmark::State& state, const Product<Kernel>& product, const Kernel& row, const Kernel& reference,
                  const Layer& layer) {
  const OneThread alone;
  const Tensor<float> left = random_codes(count(product.left, layer, kBatch));
  const Index weights = count(product.right, layer, kBatch);
  const Tensor<float> right = product.signs ? random_signs(weights) : random_codes(weights);
  const Tensor<float> result({count(product.result, layer, kBatch)});
  const Index compared = count(product.result, layer, 2);
  const Tensor<float> got({compared}), expected({compared});
  product.run(row, left.data(), right.data(), got.data(), layer, 2);
  product.run(reference, left.data(), right.data(), expected.data(), layer, 2);
  if (same(got, expected)) {
    time_compute(state, row.isa, layer.multiply_adds(kBatch),
                 [&] { product.run(row, left.data(), right.data(), result.data(), layer, kBatch); });
  } else {
    state.SkipWithError("the result differs from the reference");
  }
}

/// Registers family/operation/instruction set/layer for every row that this machine runs.
template <class Kernel>
int register_layers(const std::string& family, std::span<const Kernel> table,
                    std::initializer_list<Product<Kernel>> products, const std::vector<Layer>& layers) {
  for (const auto& product : products) {
    for (const Layer& layer : layers) {
      for (const Kernel& row : table) {
        if (!kernels::available(row.isa)) continue;
        const std::string name = family + "/" + product.name + "/" + kernels::name(row.isa) + "/" + layer.name();
        const auto time = [product, layer, &row, &reference = table.back()](benchmark::State& state) {
          time_product(state, product, row, reference, layer);
        };
        benchmark::RegisterBenchmark(name.c_str(), time)->Unit(benchmark::kMicrosecond)->UseManualTime()->MinTime(0.1);
      }
    }
  }
  return 0;
}

}  // namespace mog::bench
