// Packing: weights in the order in which the vector loops read them, and levels as 16-bit limits.
#include "core/kernels/pointwise_u8/blocks.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace mog::kernels {
namespace {

constexpr std::int32_t kAlways = std::numeric_limits<std::int32_t>::min();

/// One channel's levels as limits of 16 bits: a sum less `middle`, saturated, exceeds limit = level - 1 - middle
/// exactly when the sum reaches the level, provided that the limit lies in [-2^15, 2^15 - 2]: saturation moves no
/// number across such a limit. A level of -2^31 is reached by every sum and counted in `base`; for each of these one of
/// the last limits is 2^15 - 1, which nothing exceeds.
struct Limits {
  const std::int32_t* first;  // of the levels that are compared
  const std::int32_t* end;
  std::int64_t middle = 0;

  Limits(const std::int32_t* levels, Index count)
      : first(std::find_if(levels, levels + count, [](std::int32_t level) { return level != kAlways; })),
        end(levels + count) {
    if (first != end) middle = (std::int64_t{*first} + *(end - 1)) >> 1;
  }

  [[nodiscard]] bool narrow() const {
    constexpr std::int64_t kSpan = 65534, kFarthest = 1 << 30;  // sums less the middle stay within 32 bits
    return first == end || (std::int64_t{*(end - 1)} - *first <= kSpan && std::abs(middle) <= kFarthest);
  }
  void write(std::int16_t* limits, Index stride, Index count) const {
    for (Index j = 0; j < count; ++j) {
      limits[j * stride] =
          j < end - first ? static_cast<std::int16_t>(first[j] - 1 - middle) : std::numeric_limits<std::int16_t>::max();
    }
  }
};

/// The parts of a block that is being packed.
struct Block {
  std::int8_t* w;
  std::int32_t* bias;
  std::int16_t* limits;
  std::uint8_t* base;
  std::int32_t* levels;
};

void pack_block(const PointwiseU8Weights& weights, Index lanes, Index first, std::byte* packed) {
  const auto [in, out, planes, levels] = weights.shape;
  const PointwiseBlock layout(weights.shape, lanes, first);
  const Block to{.w = reinterpret_cast<std::int8_t*>(packed + layout.weights),
                 .bias = reinterpret_cast<std::int32_t*>(packed + layout.bias),
                 .limits = reinterpret_cast<std::int16_t*>(packed + layout.limits),
                 .base = reinterpret_cast<std::uint8_t*>(packed + layout.base),
                 .levels = reinterpret_cast<std::int32_t*>(packed + layout.levels)};
  const Index sums = layout.vectors * lanes, codes = kCodeVectors * lanes;
  bool wide = false;
  for (Index i = 0; levels > 0 && i < layout.channels; ++i) {
    wide = wide || !Limits(weights.levels + (first + i) * levels, levels).narrow();
  }
  packed[layout.wide] = std::byte{wide};
  for (Index bit = 0; bit < 3; ++bit) std::memset(to.base + (bit + 1) * codes, 4 >> bit, to_size(codes));

  for (Index lane = 0; lane < sums; ++lane) {
    const Index i = layout.channel(lanes, lane / lanes, lane % lanes), o = first + i;
    if (i >= layout.channels) continue;
    for (Index c = 0; c < in; ++c) to.w[(c / 4 * sums + lane) * 4 + c % 4] = weights.w[c * out + o];
    std::int64_t bias = weights.bias == nullptr ? 0 : weights.bias[o];
    if (levels > 0) {
      const std::int32_t* const own = weights.levels + o * levels;
      for (Index j = 0; j < levels; ++j) to.levels[j * sums + lane] = own[j];
      const Limits limits(own, levels);
      for (Index code = i; code < codes; code += sums) {
        to.base[code] = static_cast<std::uint8_t>(limits.first - own);
        if (!wide) limits.write(to.limits + code, codes, levels);
      }
      if (!wide) bias -= limits.middle;
    }
    to.bias[lane] = static_cast<std::int32_t>(bias);
  }
}

}  // namespace

Index packed_pointwise_size(const PointwiseU8Shape& shape, Index lanes) {
  Index bytes = 0;
  for (Index first = 0; first < shape.out; first += kCodeVectors * lanes) {
    bytes += PointwiseBlock(shape, lanes, first).bytes;
  }
  return bytes;
}

void pack_pointwise(const PointwiseU8Weights& weights, Index lanes, std::byte* packed) {
  std::memset(packed, 0, to_size(packed_pointwise_size(weights.shape, lanes)));
  for (Index first = 0; first < weights.shape.out; first += kCodeVectors * lanes) {
    pack_block(weights, lanes, first, packed);
    packed += PointwiseBlock(weights.shape, lanes, first).bytes;
  }
}

}  // namespace mog::kernels
