// Axes in another order.
#include "deploy/onnx/kernel.hpp"

#include <algorithm>

namespace mog::onnx {
namespace {

Kernel make_kernel(Index out, Index in, Index side, Index groups) {
  Kernel kernel{.out = out, .in = in, .side = side, .groups = groups, .weights = {}};
  kernel.weights.resize(to_size(out * kernel.terms()));
  return kernel;
}

}  // namespace

bool Kernel::has_zeros() const { return std::find(weights.begin(), weights.end(), 0) != weights.end(); }

Kernel pointwise_kernel(std::span<const std::int8_t> weights, Index in, Index out) {
  Kernel kernel = make_kernel(out, in, 1, 1);
  for (Index i = 0; i < in; ++i) {
    for (Index o = 0; o < out; ++o) kernel.weights[to_size(o * in + i)] = weights[to_size(i * out + o)];
  }
  return kernel;
}

Kernel conv3x3_kernel(std::span<const std::int8_t> weights, Index groups, Index in, Index out) {
  Kernel kernel = make_kernel(out, in, 3, groups);
  const Index inputs = kernel.inputs(), outputs = out / groups;
  std::size_t from = 0;
  for (Index g = 0; g < groups; ++g) {
    for (Index tap = 0; tap < 9; ++tap) {
      for (Index i = 0; i < inputs; ++i) {
        for (Index q = 0; q < outputs; ++q) {
          kernel.weights[to_size(((g * outputs + q) * inputs + i) * 9 + tap)] = weights[from++];
        }
      }
    }
  }
  return kernel;
}

Kernel rising(Kernel kernel, std::span<const std::uint8_t> falling) {
  const Index terms = kernel.terms();
  for (Index o = 0; o < kernel.out; ++o) {
    if (falling[to_size(o)] == 0) continue;
    const auto first = kernel.weights.begin() + o * terms;
    std::transform(first, first + terms, first, [](std::int8_t weight) { return static_cast<std::int8_t>(-weight); });
  }
  return kernel;
}

Kernel dense(const Kernel& kernel) {
  Kernel whole = make_kernel(kernel.out, kernel.in, kernel.side, 1);
  const Index terms = kernel.terms(), outputs = kernel.out / kernel.groups;
  for (Index o = 0; o < kernel.out; ++o) {
    std::copy_n(kernel.weights.begin() + o * terms, terms,
                whole.weights.begin() + o * whole.terms() + o / outputs * terms);
  }
  return whole;
}

Kernel some_inputs(const Kernel& kernel, Index begin, Index end) {
  Kernel part = make_kernel(kernel.out, end - begin, kernel.side, 1);
  const Index taps = kernel.side * kernel.side;
  for (Index o = 0; o < kernel.out; ++o) {
    std::copy_n(kernel.weights.begin() + o * kernel.terms() + begin * taps, part.terms(),
                part.weights.begin() + o * part.terms());
  }
  return part;
}

}  // namespace mog::onnx
