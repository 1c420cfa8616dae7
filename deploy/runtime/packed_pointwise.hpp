// A pointwise convolution's weights as its kernel reads them, and as a runtime of rising codes needs them.
#pragma once

#include <vector>

#include "core/kernels/pointwise_u1/pointwise_u1.hpp"
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"
#include "deploy/runtime/aligned_bytes.hpp"
#include "deploy/runtime/integer_network.hpp"

namespace mog {

/// The rows of the tables that this machine runs.
const kernels::PointwiseU8Kernel& pointwise_kernel();
const kernels::PointwiseU1Kernel& one_bit_kernel();

/// A pointwise convolution's kernel with its weights.
template <class Kernel, class Weights, class Args>
class Packed {
 public:
  Packed(const Kernel& kernel, const Weights& weights)
      : kernel_(kernel), shape_(weights.shape), packed_(kernel.packed_size(weights.shape)) {
    kernel.pack(weights, packed_.data());
  }
  void run(Args args) const {
    args.packed = packed_.data();
    args.shape = shape_;
    kernel_.run(args);
  }
  [[nodiscard]] Index bytes() const { return packed_.size(); }
  [[nodiscard]] Index weights() const { return shape_.in * shape_.out; }

 private:
  const Kernel& kernel_;
  decltype(Weights::shape) shape_;
  AlignedBytes packed_;
};
using PackedPointwise = Packed<kernels::PointwiseU8Kernel, kernels::PointwiseU8Weights, kernels::PointwiseU8>;
using PackedOneBit = Packed<kernels::PointwiseU1Kernel, kernels::PointwiseU1Weights, kernels::PointwiseU1>;

/// Weights [in, out] with the columns of falling channels negated, and the bias that undoes the inputs' offsets,
/// negated alike: then every channel's code grows with its sum.
struct Rising {
  std::vector<std::int8_t> weights;
  std::vector<std::int32_t> bias;

  /// `offsets`: what was added to each input.
  Rising(std::vector<std::int8_t> w, const Thresholds& thresholds, const std::vector<std::int64_t>& offsets);
};

}  // namespace mog
