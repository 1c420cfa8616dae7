// The meaning of the 3x3 convolution of 16-bit numbers: plain loops.
#include <algorithm>
#include <cstring>

#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"
#include "core/kernels/integer_blocks.hpp"

namespace mog::kernels {
namespace {

/// Packed is copied: weights, and bias from a multiple of 64 bytes on.
Index weight_count(const Conv3x3S16Shape& s) { return s.groups * 9 * s.inputs * s.outputs; }
Index packed_size(const Conv3x3S16Shape& s) {
  return whole_lines(weight_count(s)) + whole_lines(s.groups * s.outputs * 4);
}

void pack(const Conv3x3S16Weights& weights, std::byte* packed) {
  const Conv3x3S16Shape& s = weights.shape;
  std::memset(packed, 0, static_cast<std::size_t>(packed_size(s)));
  std::memcpy(packed, weights.w, static_cast<std::size_t>(weight_count(s)));
  std::memcpy(packed + whole_lines(weight_count(s)), weights.bias, static_cast<std::size_t>(s.groups * s.outputs * 4));
}

void run(const Conv3x3S16& args) {
  const auto [groups, inputs, outputs, planes, largest] = args.shape;
  const auto* const weights = reinterpret_cast<const std::int8_t*>(args.packed);
  const auto* const bias = reinterpret_cast<const std::int32_t*>(args.packed + whole_lines(weight_count(args.shape)));
  for (Index pixel = 0; pixel < args.height * args.width; ++pixel) {
    const std::int16_t* const x = args.x + pixel / args.width * args.x_row + pixel % args.width * args.x_pixel;
    for (Index o = 0; o < groups * outputs; ++o) {
      const Index g = o / outputs, q = o % outputs;
      std::int32_t sum = bias[o];
      for (Index tap = 0; tap < 9; ++tap) {
        for (Index i = 0; i < inputs; ++i) {
          const int w = weights[((g * 9 + tap) * inputs + i) * outputs + q];
          sum += w * x[tap / 3 * args.x_row + tap % 3 * args.x_pixel + g * inputs + i];
        }
      }
      const Index to = pixel * args.y_pixel + o;
      switch (args.y.kind) {
        case TypedOutput::Kind::floats: args.y.floats[to] = static_cast<float>(sum); break;
        case TypedOutput::Kind::shorts:
          args.y.shorts[to] = static_cast<std::int16_t>(std::clamp(sum, -32768, 32767));
          break;
        case TypedOutput::Kind::bytes:
          for (Index plane = 0; plane < planes; ++plane) {
            const auto byte = static_cast<std::uint32_t>(sum) >> (8 * (planes - 1 - plane)) & 255;
            args.y.bytes[to + plane * args.y_plane] = static_cast<std::uint8_t>(byte);
          }
      }
    }
  }
}

}  // namespace

extern constinit const Conv3x3S16Kernel conv3x3_s16_reference{
    .isa = Isa::reference, .packed_size = packed_size, .pack = pack, .run = run};

}  // namespace mog::kernels
