// CFLOG's three factors as the runtime's steps: squeeze, group, expansion.
#include <algorithm>
#include <cstring>
#include <optional>
#include <type_traits>

#include "core/error.hpp"
#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"
#include "deploy/runtime/packed_pointwise.hpp"
#include "deploy/runtime/steps.hpp"

namespace mog {
namespace {

using namespace kernels;

/// Whether codes of one bit are counted: with so few outputs that most of a vector is empty, products
/// of bytes are faster.
bool counting_pays(Index outputs) {
  switch (chosen_isa()) {
    case Isa::avx512vnni: return outputs >= 64;
    case Isa::avx512:
    case Isa::avx2: return outputs >= 32;
    default: return true;
  }
}
const Conv3x3S16Kernel& conv3x3_kernel() {
  static const Conv3x3S16Kernel& row = select(conv3x3_s16_kernels());
  return row;
}
std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Latent maps of 16 bits within a border of zeros, for the group; `buffer` is theirs.
struct Latents : MapBuffer {
  [[nodiscard]] Index row() const { return (width + 2) * channels; }
  /// One number after the last is read, too.
  [[nodiscard]] Index bytes() const { return ((height + 2) * row() + 1) * 2; }
};

/// Sums in bytes, plane by plane, for the expansion; each channel is moved up so that it is never negative.
struct Planes : MapBuffer {
  Index planes = 1;
  std::vector<std::int32_t> offsets = {};
  std::uint8_t usual = 0;  // the highest byte of a sum of 0, where there are more than two

  /// As many planes as the widest channel needs. With three or more there is room to put 0 in the middle
  /// of a highest byte.
  void fit(const std::vector<Interval>& ranges) {
    std::int64_t widest = 0, deepest = 0;
    for (const Interval& range : ranges) {
      widest = std::max(widest, range.high - range.low);
      deepest = std::max(deepest, -range.low);
      offsets.push_back(static_cast<std::int32_t>(-range.low));
    }
    while (widest >= std::int64_t{1} << (8 * planes)) ++planes;
    if (planes != 3) return;
    const std::int64_t unit = std::int64_t{1} << (8 * (planes - 1)), steps = (deepest + unit / 2 - 1) / unit;
    const std::int64_t offset = steps * unit + unit / 2;
    const bool fits = std::all_of(ranges.begin(), ranges.end(), [&](const Interval& range) {
      return range.low + offset >= 0 && range.high + offset < 256 * unit;
    });
    if (!fits) return;
    usual = static_cast<std::uint8_t>(steps);
    std::fill(offsets.begin(), offsets.end(), static_cast<std::int32_t>(offset));
  }

  [[nodiscard]] Index pixel() const { return planes * stride(); }
};

/// CFLOG's first factor: codes to latents. Squeeze is PackedPointwise, or PackedOneBit to count codes of one bit.
template <class Squeeze>
class SqueezeStep : public Step {
 public:
  SqueezeStep(Squeeze squeeze, const MapBuffer& x, const Latents& y) : squeeze_(std::move(squeeze)), x_(x), y_(y) {}

  [[nodiscard]] Index rows() const override { return y_.height; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {x_.buffer, y_.buffer}; }
  [[nodiscard]] Index multiply_accumulates() const override { return y_.pixels() * squeeze_.weights(); }
  [[nodiscard]] Index weight_bytes() const override { return squeeze_.bytes(); }
  void run(const Frame& frame, Range rows) const override {
    std::int16_t* const y = frame.at<std::int16_t>(y_.buffer);
    const Index row = y_.row(), m = y_.channels;
    const auto clear = [&](Index from, Index count) { std::memset(y + from, 0, at(count) * sizeof(*y)); };
    if (rows.begin == 0) clear(0, row);
    if (rows.end == y_.height) clear((y_.height + 1) * row, row + 1);
    for (Index h = rows.begin + 1; h <= rows.end; ++h) {
      clear(h * row, m);
      clear((h + 1) * row - m, m);
    }
    run({.x = frame.at<std::uint8_t>(x_.buffer) + rows.begin * x_.width * x_.stride(),
         .packed = nullptr,
         .y = y + (rows.begin + 1) * row + m,
         .pixels = (rows.end - rows.begin) * x_.width,
         .x_pixel = x_.stride(),
         .y_layout = {.width = y_.width, .pixel = m, .row = row},
         .shape = {}});
  }
  void observe(const Frame& frame, const MapObserver& observer) const override {
    const std::int16_t* const y = frame.at<std::int16_t>(y_.buffer);
    show(observer, name, y_, IntegerMap::Kind::sums,
         [&](Index p, Index c) { return y[(p / y_.width + 1) * y_.row() + (p % y_.width + 1) * y_.channels + c]; });
  }

 private:
  void run(const PointwiseU1& args) const {
    if constexpr (std::is_same_v<Squeeze, PackedOneBit>) {
      squeeze_.run(args);
    } else {
      squeeze_.run({.x = args.x,
                    .packed = nullptr,
                    .y = args.y,
                    .pixels = args.pixels,
                    .x_pixel = args.x_pixel,
                    .x_plane = args.x_pixel,
                    .y_layout = args.y_layout,
                    .shape = {}});
    }
  }

  Squeeze squeeze_;
  MapBuffer x_;
  Latents y_;
};

/// CFLOG's second factor: latents to latents.
class GroupStep : public Step {
 public:
  GroupStep(const Conv3x3S16Weights& weights, const Latents& x, Planes y)
      : shape_(weights.shape), packed_(conv3x3_kernel().packed_size(weights.shape)), x_(x), y_(std::move(y)) {
    conv3x3_kernel().pack(weights, packed_.data());
  }

  [[nodiscard]] Index rows() const override { return y_.height; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {x_.buffer, y_.buffer}; }
  [[nodiscard]] Index multiply_accumulates() const override {
    return y_.pixels() * shape_.groups * 9 * shape_.inputs * shape_.outputs;
  }
  [[nodiscard]] Index weight_bytes() const override { return packed_.size(); }
  void run(const Frame& frame, Range rows) const override {
    conv3x3_kernel().run({.x = frame.at<std::int16_t>(x_.buffer) + rows.begin * x_.row(),
                          .packed = packed_.data(),
                          .y = frame.at<std::uint8_t>(y_.buffer) + rows.begin * y_.width * y_.pixel(),
                          .height = rows.end - rows.begin,
                          .width = y_.width,
                          .x_pixel = x_.channels,
                          .x_row = x_.row(),
                          .y_pixel = y_.pixel(),
                          .y_plane = y_.stride(),
                          .shape = shape_});
  }
  void observe(const Frame& frame, const MapObserver& observer) const override {
    const std::uint8_t* const y = frame.at<std::uint8_t>(y_.buffer);
    show(observer, name, y_, IntegerMap::Kind::latents, [&](Index p, Index c) {
      std::int64_t number = 0;
      for (Index plane = 0; plane < y_.planes; ++plane)
        number = number * 256 + y[p * y_.pixel() + plane * y_.stride() + c];
      return number - y_.offsets[at(c)];
    });
  }

 private:
  Conv3x3S16Shape shape_;
  AlignedBytes packed_;
  Latents x_;
  Planes y_;
};

/// CFLOG's third factor, normalisation and activation: latents to codes. Where the proof needs three bytes, sums that
/// need them hardly ever occur: when the highest byte of all numbers is the one of 0, it is left out, and the expansion
/// of the two others takes two thirds of the time. The codes are the same either way.
class ExpandStep : public Step {
 public:
  ExpandStep(const IntegerCflog& cflog, const std::vector<std::int8_t>& generated, Index levels, Planes x,
             const MapBuffer& y)
      : x_(std::move(x)), y_(y), shown_(cflog.name + ".activation"), all_(pack(cflog, generated, levels, 0)) {
    if (x_.planes > 2) low_.emplace(pack(cflog, generated, levels, 1));
  }

  [[nodiscard]] Index rows() const override { return y_.height; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {x_.buffer, y_.buffer}; }
  [[nodiscard]] Index multiply_accumulates() const override { return y_.pixels() * all_.weights(); }
  [[nodiscard]] Index weight_bytes() const override { return all_.bytes() + (low_ ? low_->bytes() : 0); }
  void run(const Frame& frame, Range rows) const override {
    const Index first = rows.begin * y_.width, pixels = (rows.end - rows.begin) * y_.width;
    const std::uint8_t* const x = frame.at<std::uint8_t>(x_.buffer) + first * x_.pixel();
    const bool low = low_ && highest_is_usual(x, pixels);
    (low ? *low_ : all_)
        .run({.x = x + (low ? x_.stride() : 0),
              .packed = nullptr,
              .y = frame.at<std::uint8_t>(y_.buffer) + first * y_.stride(),
              .pixels = pixels,
              .x_pixel = x_.pixel(),
              .x_plane = x_.stride(),
              .y_layout = {.width = pixels, .pixel = y_.stride(), .row = 0},
              .shape = {}});
  }
  void observe(const Frame& frame, const MapObserver& observer) const override {
    show_codes(frame, observer, shown_, y_);
  }

 private:
  /// The weights for all planes but the first `left_out`.
  [[nodiscard]] PackedPointwise pack(const IntegerCflog& cflog, const std::vector<std::int8_t>& generated, Index levels,
                                     Index left_out) const {
    const Index m = x_.channels;
    const std::int64_t known = left_out == 0 ? 0 : std::int64_t{x_.usual} << (8 * (x_.planes - 1));
    std::vector<std::int64_t> offsets(x_.offsets.begin(), x_.offsets.end());
    for (std::int64_t& offset : offsets) offset -= known;
    const Rising rising(generated, cflog.thresholds, offsets);
    const PointwiseU8Shape shape{.in = m, .out = cflog.out, .planes = x_.planes - left_out, .levels = levels};
    return PackedPointwise(pointwise_kernel(), {.shape = shape,
                                                .w = rising.weights.data(),
                                                .bias = rising.bias.data(),
                                                .levels = cflog.thresholds.levels.data()});
  }
  [[nodiscard]] bool highest_is_usual(const std::uint8_t* x, Index pixels) const {
    const std::uint8_t usual = x_.usual;
    for (Index p = 0; p < pixels; ++p, x += x_.pixel()) {
      unsigned differing = 0;
      for (Index t = 0; t < x_.channels; ++t) differing |= static_cast<unsigned>(x[t] ^ usual);
      if (differing != 0) return false;
    }
    return true;
  }

  Planes x_;
  MapBuffer y_;
  std::string shown_;  // what its codes are called
  PackedPointwise all_;
  std::optional<PackedPointwise> low_;
};

}  // namespace

MapBuffer StepBuilder::add(const IntegerCflog& cflog, std::span<const SumRange> sums, const MapBuffer& x) {
  const Index m = cflog.latent(), group = m / cflog.groups;
  const Interval squeezed = sums[kSqueeze].all();
  require(sums[kSqueeze].bits() <= 16, "runtime: ", sums[kSqueeze].name, ": sums from ", squeezed.low, " to ",
          squeezed.high, ", expected ones that 16 bits hold");

  Latents latents{{.buffer = 0, .height = x.height, .width = x.width, .channels = m}};
  latents.buffer = plan_.add(latents.bytes());
  const std::vector<std::int8_t> squeeze = unpack_weights(cflog.squeeze), ternary = unpack_weights(cflog.group);
  if (network_.bits == 1 && counting_pays(m)) {
    const PointwiseU1Weights weights{.shape = {cflog.in, m}, .w = squeeze.data()};
    push(cflog.name + ".squeeze",
         std::make_unique<SqueezeStep<PackedOneBit>>(PackedOneBit(one_bit_kernel(), weights), x, latents));
  } else {
    const PointwiseU8Weights weights{
        .shape = {cflog.in, m, 1, 0}, .w = squeeze.data(), .bias = nullptr, .levels = nullptr};
    push(cflog.name + ".squeeze",
         std::make_unique<SqueezeStep<PackedPointwise>>(PackedPointwise(pointwise_kernel(), weights), x, latents));
  }

  Planes planes{{.buffer = 0, .height = x.height, .width = x.width, .channels = m}};
  planes.fit(composed_latents(cflog, network_.top_code()));
  planes.buffer = plan_.add(planes.pixels() * planes.pixel());
  const Conv3x3S16Weights weights{.shape = {cflog.groups, group, group, planes.planes, squeezed.magnitude()},
                                  .w = ternary.data(),
                                  .bias = planes.offsets.data()};
  push(cflog.name + ".group", std::make_unique<GroupStep>(weights, latents, planes));

  const MapBuffer y = codes(x.height, x.width, cflog.out);
  push(cflog.name + ".expand",
       std::make_unique<ExpandStep>(cflog, automaton_weights(network_.seed, cflog.automaton, m, cflog.out),
                                    network_.top_code(), planes, y));
  return y;
}

}  // namespace mog
