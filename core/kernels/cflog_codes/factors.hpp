// CFLOG's three factors as integer kernels with packed weights.
#pragma once

#include "core/kernels/cflog_codes/cflog_codes.hpp"
#include "core/kernels/cflog_codes/parts.hpp"
#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"
#include "core/kernels/pointwise_s16/pointwise_s16.hpp"
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"

namespace mog::kernels {

/// A kernel, its shape, and its packed weights.
template <class Kernel, class Shape>
struct Factor {
  const Kernel& kernel;
  Shape shape;
  const std::byte* packed = nullptr;
};

struct CflogFactors {
  Factor<PointwiseU8Kernel, PointwiseU8Shape> squeeze;
  Factor<Conv3x3S16Kernel, Conv3x3S16Shape> group;
  Factor<PointwiseS16Kernel, PointwiseS16Shape> expand;

  /// Adds what packing needs to `memory`.
  CflogFactors(const CflogCodes& args, Parts& memory);
  /// Packs the weights in that memory; false when some are not -1, 0 or +1.
  bool pack(const CflogCodes& args, std::byte* memory);

 private:
  Index counts_[3], signs_[3], packed_[3], bias_;  // numbers, and where they stand
};

}  // namespace mog::kernels
