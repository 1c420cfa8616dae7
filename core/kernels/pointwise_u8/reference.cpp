// The meaning of the pointwise convolution of unsigned numbers: plain loops.
#include <cstring>

#include "core/kernels/integer_blocks.hpp"
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"

namespace mog::kernels {
namespace {

/// Packed is copied: weights, bias, levels, each from a multiple of 64 bytes on.
Index bias_offset(const PointwiseU8Shape& s) { return whole_lines(s.in * s.out); }
Index levels_offset(const PointwiseU8Shape& s) { return bias_offset(s) + whole_lines(s.out * 4); }
Index packed_size(const PointwiseU8Shape& s) { return levels_offset(s) + whole_lines(s.out * s.levels * 4); }

void pack(const PointwiseU8Weights& weights, std::byte* packed) {
  const PointwiseU8Shape& s = weights.shape;
  const auto copy = [packed](Index offset, const void* from, Index bytes) {
    if (bytes > 0) std::memcpy(packed + offset, from, static_cast<std::size_t>(bytes));
  };
  std::memset(packed, 0, static_cast<std::size_t>(packed_size(s)));
  copy(0, weights.w, s.in * s.out);
  if (weights.bias != nullptr) copy(bias_offset(s), weights.bias, s.out * 4);
  copy(levels_offset(s), weights.levels, s.out * s.levels * 4);
}

void run(const PointwiseU8& args) {
  const PointwiseU8Shape& s = args.shape;
  const auto* const w = reinterpret_cast<const std::int8_t*>(args.packed);
  const auto* const bias = reinterpret_cast<const std::int32_t*>(args.packed + bias_offset(s));
  const auto* const levels = reinterpret_cast<const std::int32_t*>(args.packed + levels_offset(s));
  for (Index p = 0; p < args.pixels; ++p) {
    const std::uint8_t* const x = args.x + p * args.x_pixel;
    const Index y = p / args.y_layout.width * args.y_layout.row + p % args.y_layout.width * args.y_layout.pixel;
    for (Index o = 0; o < s.out; ++o) {
      auto sum = static_cast<std::uint32_t>(bias[o]);
      for (Index c = 0; c < s.in; ++c) {
        std::uint32_t number = 0;
        for (Index plane = 0; plane < s.planes; ++plane) number = number * 256 + x[plane * args.x_plane + c];
        sum += static_cast<std::uint32_t>(w[c * s.out + o]) * number;
      }
      const auto value = static_cast<std::int32_t>(sum);
      if (s.levels == 0) {
        args.y.shorts[y + o] = static_cast<std::int16_t>(value);
        continue;
      }
      std::uint8_t code = 0;
      for (Index j = 0; j < s.levels; ++j) code = static_cast<std::uint8_t>(code + (value >= levels[o * s.levels + j]));
      args.y.bytes[y + o] = code;
    }
  }
}

}  // namespace

extern constinit const PointwiseU8Kernel pointwise_u8_reference{
    .isa = Isa::reference, .packed_size = packed_size, .pack = pack, .run = run};

}  // namespace mog::kernels
