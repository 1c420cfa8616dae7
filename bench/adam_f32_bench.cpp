// Adam's update, every row of the table: GB/s, on tensors as large as activations so that memory is the limit.
#include "bench/memory_bound.hpp"
#include "core/kernels/adam_f32/adam_f32.hpp"

namespace mog::bench {
namespace {

using namespace kernels;
using Row = AdamKernels<float>;

/// A parameter tensor with its moments.
struct Parameter {
  Tensor<float> gradient, weight, m, v;
  explicit Parameter(Index count)
      : gradient(random_numbers(count)),
        weight(random_numbers(count)),
        m(Tensor<float>::filled({count}, 0.01F)),
        v(Tensor<float>::filled({count}, 0.01F)) {}
  void update(const Row& by) const {
    by.adam_update({.gradient = gradient.data(),
                    .weight = weight.data(),
                    .m = m.data(),
                    .v = v.data(),
                    .count = weight.elements(),
                    .beta1 = 0.9F,
                    .beta2 = 0.999F,
                    .rate = 1e-3F,
                    .epsilon = 1e-8F});
  }
};

void adam_update(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const Parameter parameter(map.count()), expected(map.count());
  expected.update(reference);
  parameter.update(row);
  const bool right =
      same(parameter.weight, expected.weight) && same(parameter.m, expected.m) && same(parameter.v, expected.v);
  time_memory(state, right, 7.0 * static_cast<double>(map.count()) * sizeof(float), [&] { parameter.update(row); });
}

const int kRegistered = register_rows<Row>("adam", adam_kernels(), {{"adam_update", adam_update}});

}  // namespace
}  // namespace mog::bench
