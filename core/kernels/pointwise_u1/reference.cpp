// The meaning of the pointwise convolution of codes of one bit: plain loops.
#include <cstring>

#include "core/kernels/pointwise_u1/pointwise_u1.hpp"

namespace mog::kernels {
namespace {

/// Packed is copied.
Index packed_size(const PointwiseU1Shape& shape) { return shape.in * shape.out; }
void pack(const PointwiseU1Weights& weights, std::byte* packed) {
  std::memcpy(packed, weights.w, static_cast<std::size_t>(packed_size(weights.shape)));
}

void run(const PointwiseU1& args) {
  const auto* const w = reinterpret_cast<const std::int8_t*>(args.packed);
  const PixelLayout& layout = args.y_layout;
  for (Index p = 0; p < args.pixels; ++p) {
    const std::uint8_t* const x = args.x + p * args.x_pixel;
    std::int16_t* const y = args.y + p / layout.width * layout.row + p % layout.width * layout.pixel;
    for (Index o = 0; o < args.shape.out; ++o) {
      int sum = 0;
      for (Index c = 0; c < args.shape.in; ++c) sum += w[c * args.shape.out + o] * x[c];
      y[o] = static_cast<std::int16_t>(sum);
    }
  }
}

}  // namespace

extern constinit const PointwiseU1Kernel pointwise_u1_reference{
    .isa = Isa::reference, .packed_size = packed_size, .pack = pack, .run = run};

}  // namespace mog::kernels
