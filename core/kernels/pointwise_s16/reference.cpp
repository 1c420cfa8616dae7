// The meaning of the pointwise convolution of 16-bit numbers: plain loops.
#include <cstring>

#include "core/kernels/pointwise_s16/pointwise_s16.hpp"

namespace mog::kernels {
namespace {

/// Packed is copied.
Index packed_size(const PointwiseS16Shape& shape) { return shape.in * shape.out; }

void pack(const PointwiseS16Weights& weights, std::byte* packed) {
  std::memcpy(packed, weights.w, static_cast<std::size_t>(packed_size(weights.shape)));
}

void run(const PointwiseS16& args) {
  const auto [in, out] = args.shape;
  const auto* const w = reinterpret_cast<const std::int8_t*>(args.packed);
  for (Index p = 0; p < args.pixels; ++p) {
    for (Index o = 0; o < out; ++o) {
      std::int32_t sum = 0;
      for (Index c = 0; c < in; ++c) sum += args.x[p * in + c] * w[c * out + o];
      args.y[p * out + o] = static_cast<float>(sum);
    }
  }
}

}  // namespace

extern constinit const PointwiseS16Kernel pointwise_s16_reference{
    .isa = Isa::reference, .packed_size = packed_size, .pack = pack, .run = run};

}  // namespace mog::kernels
