// The runtime's steps, from the first convolution to the head, and how layers become steps.
#include "deploy/runtime_steps.hpp"

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "deploy/ranges.hpp"

namespace mog {
namespace {

using namespace kernels;

/// The rows of the tables that this machine runs.
const PointwiseU8Kernel& pointwise_kernel() {
  static const PointwiseU8Kernel& row = select(pointwise_u8_kernels());
  return row;
}
const Conv3x3S16Kernel& conv3x3_kernel() {
  static const Conv3x3S16Kernel& row = select(conv3x3_s16_kernels());
  return row;
}
const CodesU8Kernels& codes_kernels() {
  static const CodesU8Kernels& row = select(codes_u8_kernels());
  return row;
}

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Shows a map whose numbers number(pixel, channel) tells.
template <class Number>
void show(const MapObserver& observer, const std::string& name, const MapBuffer& map, bool codes,
          const Number& number) {
  std::vector<std::int32_t> values;
  for (Index p = 0; p < map.pixels(); ++p) {
    for (Index c = 0; c < map.channels; ++c) values.push_back(static_cast<std::int32_t>(number(p, c)));
  }
  observer({.name = name,
            .height = map.height,
            .width = map.width,
            .channels = map.channels,
            .values = values,
            .codes = codes});
}
void show_codes(const Frame& frame, const MapObserver& observer, const std::string& name, const MapBuffer& map) {
  const std::uint8_t* const codes = frame.at<std::uint8_t>(map.buffer);
  show(observer, name, map, true, [&](Index p, Index c) { return codes[p * map.stride() + c]; });
}

/// Latent maps of 16 bits within a border of zeros, for the group; `buffer` is theirs.
struct Latents : MapBuffer {
  [[nodiscard]] Index row() const { return (width + 2) * channels; }
  /// One more number is read behind the last.
  [[nodiscard]] Index bytes() const { return ((height + 2) * row() + 1) * 2; }
};

/// Sums in bytes, plane by plane, for the expansion; each channel is moved up so that it is never negative.
struct Planes : MapBuffer {
  Index planes;
  std::vector<std::int32_t> offsets;

  [[nodiscard]] Index pixel() const { return planes * stride(); }
};

/// A pointwise convolution's kernel with its weights.
class PackedPointwise {
 public:
  explicit PackedPointwise(const PointwiseU8Weights& weights)
      : shape_(weights.shape), packed_(pointwise_kernel().packed_size(weights.shape)) {
    pointwise_kernel().pack(weights, packed_.data());
  }
  void run(PointwiseU8 args) const {
    args.packed = packed_.data();
    args.shape = shape_;
    pointwise_kernel().run(args);
  }
  [[nodiscard]] Index bytes() const { return packed_.size(); }
  [[nodiscard]] Index weights() const { return shape_.in * shape_.out; }

 private:
  PointwiseU8Shape shape_;
  AlignedBytes packed_;
};

/// A step of one pointwise convolution.
class PointwiseStep : public Step {
 public:
  explicit PointwiseStep(const PointwiseU8Weights& weights) : pointwise_(weights) {}
  [[nodiscard]] Index weight_bytes() const override { return pointwise_.bytes(); }

 protected:
  PackedPointwise pointwise_;
};

/// First convolution: patches of pixels, times weights, to codes.
class ConvStep : public PointwiseStep {
 public:
  ConvStep(const PointwiseU8Weights& weights, const MapBuffer& x, Index in, const MapBuffer& y)
      : PointwiseStep(weights), patches_(x), in_(in), y_(y) {}

  [[nodiscard]] Index rows() const override { return y_.height; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {patches_.buffer, y_.buffer}; }
  [[nodiscard]] Index multiply_accumulates() const override { return y_.pixels() * pointwise_.weights(); }
  void run(const Frame& frame, Range rows) const override {
    constexpr std::uint8_t kZero = 128;  // pixels stand for pixel - 128
    const Index first = rows.begin * y_.width, count = rows.end - rows.begin;
    std::uint8_t* const patches = frame.at<std::uint8_t>(patches_.buffer) + first * patches_.stride();
    codes_kernels().patches({.x = frame.pixels,
                             .y = patches,
                             .height = y_.height,
                             .width = y_.width,
                             .channels = in_,
                             .y_pixel = patches_.stride(),
                             .row = rows.begin,
                             .rows = count,
                             .border = kZero});
    pointwise_.run({.x = patches,
                    .packed = nullptr,
                    .y = frame.at<std::uint8_t>(y_.buffer) + first * y_.stride(),
                    .pixels = count * y_.width,
                    .x_pixel = patches_.stride(),
                    .x_plane = patches_.stride(),
                    .y_layout = {.width = count * y_.width, .pixel = y_.stride(), .row = 0},
                    .shape = {}});
  }
  void observe(const Frame& frame, const MapObserver& observer) const override {
    show_codes(frame, observer, name + ".activation", y_);
  }

 private:
  MapBuffer patches_;
  Index in_;
  MapBuffer y_;
};

/// CFLOG's first factor: codes to latents.
class SqueezeStep : public PointwiseStep {
 public:
  SqueezeStep(const PointwiseU8Weights& weights, const MapBuffer& x, const Latents& y)
      : PointwiseStep(weights), x_(x), y_(y) {}

  [[nodiscard]] Index rows() const override { return y_.height; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {x_.buffer, y_.buffer}; }
  [[nodiscard]] Index multiply_accumulates() const override { return y_.pixels() * pointwise_.weights(); }
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
    pointwise_.run({.x = frame.at<std::uint8_t>(x_.buffer) + rows.begin * x_.width * x_.stride(),
                    .packed = nullptr,
                    .y = y + (rows.begin + 1) * row + m,
                    .pixels = (rows.end - rows.begin) * x_.width,
                    .x_pixel = x_.stride(),
                    .x_plane = x_.stride(),
                    .y_layout = {.width = y_.width, .pixel = m, .row = row},
                    .shape = {}});
  }
  void observe(const Frame& frame, const MapObserver& observer) const override {
    const std::int16_t* const y = frame.at<std::int16_t>(y_.buffer);
    show(observer, name, y_, false,
         [&](Index p, Index c) { return y[(p / y_.width + 1) * y_.row() + (p % y_.width + 1) * y_.channels + c]; });
  }

 private:
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
    show(observer, name, y_, false, [&](Index p, Index c) {
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

/// CFLOG's third factor, normalisation and activation: latents to codes.
class ExpandStep : public PointwiseStep {
 public:
  ExpandStep(const PointwiseU8Weights& weights, Planes x, const MapBuffer& y)
      : PointwiseStep(weights), x_(std::move(x)), y_(y) {}

  [[nodiscard]] Index rows() const override { return y_.height; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {x_.buffer, y_.buffer}; }
  [[nodiscard]] Index multiply_accumulates() const override { return y_.pixels() * pointwise_.weights(); }
  void run(const Frame& frame, Range rows) const override {
    const Index first = rows.begin * y_.width, pixels = (rows.end - rows.begin) * y_.width;
    pointwise_.run({.x = frame.at<std::uint8_t>(x_.buffer) + first * x_.pixel(),
                    .packed = nullptr,
                    .y = frame.at<std::uint8_t>(y_.buffer) + first * y_.stride(),
                    .pixels = pixels,
                    .x_pixel = x_.pixel(),
                    .x_plane = x_.stride(),
                    .y_layout = {.width = pixels, .pixel = y_.stride(), .row = 0},
                    .shape = {}});
  }
  void observe(const Frame& frame, const MapObserver& observer) const override {
    const std::string block = name.substr(0, name.rfind('.'));
    show_codes(frame, observer, block + ".activation", y_);
  }

 private:
  Planes x_;
  MapBuffer y_;
};

/// TGAP: one byte a channel, 255 where the mean of its map exceeds half of the largest code.
class SelectStep : public Step {
 public:
  SelectStep(const MapBuffer& x, Index sums, Index select, Index top_code)
      : x_(x), sums_(sums), select_(select), top_code_(top_code) {}

  [[nodiscard]] Index rows() const override { return (x_.stride() + kBlock - 1) / kBlock; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {x_.buffer, sums_, select_}; }
  void run(const Frame& frame, Range blocks) const override {
    const Index first = blocks.begin * kBlock, end = std::min(blocks.end * kBlock, x_.stride());
    std::int32_t* const sums = frame.at<std::int32_t>(sums_);
    codes_kernels().map_sums({.x = frame.at<std::uint8_t>(x_.buffer) + first,
                              .y = sums + first,
                              .pixels = x_.pixels(),
                              .channels = end - first,
                              .x_pixel = x_.stride()});
    std::uint8_t* const select = frame.at<std::uint8_t>(select_);
    const Index most = top_code_ * x_.pixels();
    for (Index c = first; c < end; ++c) select[c] = 2 * Index{sums[c]} > most ? 255 : 0;
  }
  void observe(const Frame&, const MapObserver&) const override {}

 private:
  static constexpr Index kBlock = 64;
  MapBuffer x_;
  Index sums_, select_, top_code_;
};

/// Bitshift and MUX, with the maximum of 2x2 that may follow.
class MuxStep : public Step {
 public:
  MuxStep(const MapBuffer& x, const MapBuffer& i1, Index select, const MapBuffer& y, bool one_bit, std::string shown)
      : x_(x), i1_(i1), select_(select), y_(y), one_bit_(one_bit), shown_(std::move(shown)) {}

  [[nodiscard]] Index rows() const override { return y_.height; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {x_.buffer, i1_.buffer, select_, y_.buffer}; }
  void run(const Frame& frame, Range rows) const override {
    const bool pool = y_.height != x_.height;
    const Index scale = pool ? 2 : 1, from = rows.begin * scale * x_.width * x_.stride();
    codes_kernels().mux_residual({.x = frame.at<std::uint8_t>(x_.buffer) + from,
                                  .i1 = frame.at<std::uint8_t>(i1_.buffer) + from,
                                  .select = frame.at<std::uint8_t>(select_),
                                  .y = frame.at<std::uint8_t>(y_.buffer) + rows.begin * y_.width * y_.stride(),
                                  .rows = (rows.end - rows.begin) * scale,
                                  .width = x_.width,
                                  .channels = x_.stride(),
                                  .one_bit = one_bit_,
                                  .pool = pool});
  }
  void observe(const Frame& frame, const MapObserver& observer) const override {
    show_codes(frame, observer, shown_, y_);
  }

 private:
  MapBuffer x_, i1_;
  Index select_;
  MapBuffer y_;
  bool one_bit_;
  std::string shown_;
};

class PoolStep : public Step {
 public:
  PoolStep(const MapBuffer& x, const MapBuffer& y) : x_(x), y_(y) {}

  [[nodiscard]] Index rows() const override { return y_.height; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {x_.buffer, y_.buffer}; }
  void run(const Frame& frame, Range rows) const override {
    codes_kernels().max_pool({.x = frame.at<std::uint8_t>(x_.buffer) + rows.begin * 2 * x_.width * x_.stride(),
                              .y = frame.at<std::uint8_t>(y_.buffer) + rows.begin * y_.width * y_.stride(),
                              .rows = 2 * (rows.end - rows.begin),
                              .width = x_.width,
                              .channels = x_.stride()});
  }
  void observe(const Frame& frame, const MapObserver& observer) const override {
    show_codes(frame, observer, name, y_);
  }

 private:
  MapBuffer x_, y_;
};

/// The last layer: the sums over pixels commute with the convolution, and come first.
class HeadStep : public Step {
 public:
  HeadStep(const IntegerHead& head, const MapBuffer& x, Index sums)
      : x_(x),
        sums_(sums),
        classes_(head.classes),
        weights_(unpack_weights(head.weight)),
        multiplier_(head.multiplier),
        offset_(head.offset) {}

  [[nodiscard]] Index rows() const override { return 1; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {x_.buffer, sums_}; }
  [[nodiscard]] Index multiply_accumulates() const override { return x_.pixels() * x_.channels * classes_; }
  [[nodiscard]] Index weight_bytes() const override { return static_cast<Index>(weights_.size()); }
  void run(const Frame& frame, Range) const override {
    std::int32_t* const sums = frame.at<std::int32_t>(sums_);
    codes_kernels().map_sums({.x = frame.at<std::uint8_t>(x_.buffer),
                              .y = sums,
                              .pixels = x_.pixels(),
                              .channels = x_.channels,
                              .x_pixel = x_.stride()});
    std::fill_n(frame.class_sums, classes_, std::int64_t{0});
    const std::int8_t* weight = weights_.data();
    for (Index c = 0; c < x_.channels; ++c, weight += classes_) {
      for (Index o = 0; o < classes_; ++o) frame.class_sums[o] += std::int64_t{sums[c]} * weight[o];
    }
    for (Index o = 0; o < classes_; ++o)
      frame.class_sums[o] = multiplier_[at(o)] * frame.class_sums[o] + offset_[at(o)];
  }
  void observe(const Frame&, const MapObserver&) const override {}

 private:
  MapBuffer x_;
  Index sums_, classes_;
  std::vector<std::int8_t> weights_;
  std::vector<std::int32_t> multiplier_;
  std::vector<std::int64_t> offset_;
};

/// Weights [in, out] with the columns of falling channels negated, and the bias that undoes the inputs' offsets,
/// negated alike: then every channel's code grows with its sum.
struct Rising {
  std::vector<std::int8_t> weights;
  std::vector<std::int32_t> bias;

  template <class Offset>
  Rising(std::vector<std::int8_t> w, const Thresholds& thresholds, Index in, const Offset& offset)
      : weights(std::move(w)), bias(thresholds.falling.size()) {
    const Index out = static_cast<Index>(bias.size());
    for (Index o = 0; o < out; ++o) {
      std::int64_t sum = 0;
      for (Index c = 0; c < in; ++c) {
        std::int8_t& weight = weights[at(c * out + o)];
        if (thresholds.falling[at(o)] != 0) weight = static_cast<std::int8_t>(-weight);
        sum += std::int64_t{weight} * offset(c);
      }
      bias[at(o)] = static_cast<std::int32_t>(-sum);  // modulo 2^32, as the kernels add
    }
  }
};

}  // namespace

MapBuffer StepBuilder::codes(Index height, Index width, Index channels) {
  MapBuffer map{.buffer = 0, .height = height, .width = width, .channels = channels};
  map.buffer = plan_.add(map.pixels() * map.stride());
  return map;
}

void StepBuilder::push(std::string name, std::unique_ptr<Step> step) {
  step->name = std::move(name);
  for (const Index buffer : step->buffers()) plan_.use(buffer, static_cast<Index>(steps_.size()));
  steps_.push_back(std::move(step));
}

MapBuffer StepBuilder::add(const IntegerConv& conv) {
  const Index levels = network_.top_code(), in = 9 * conv.in;
  const Rising rising(unpack_weights(conv.weight), conv.thresholds, in, [](Index) { return 128; });
  const MapBuffer patches = codes(network_.height, network_.width, in),
                  y = codes(patches.height, patches.width, conv.out);
  push(conv.name, std::make_unique<ConvStep>(PointwiseU8Weights{.shape = {in, conv.out, 1, levels},
                                                                .w = rising.weights.data(),
                                                                .bias = rising.bias.data(),
                                                                .levels = conv.thresholds.levels.data()},
                                             patches, conv.in, y));
  return y;
}

MapBuffer StepBuilder::add(const IntegerCflog& cflog, const MapBuffer& x) {
  const Index m = cflog.latent(), group = m / cflog.groups;
  const std::vector<SumRange> ranges = latent_ranges(cflog, network_.top_code());
  require(ranges[0].bits() <= 16, "runtime: ", ranges[0].name, ": sums from ", ranges[0].all().low, " to ",
          ranges[0].all().high, ", expected ones that 16 bits hold");

  Latents latents{{.buffer = 0, .height = x.height, .width = x.width, .channels = m}};
  latents.buffer = plan_.add(latents.bytes());
  const std::vector<std::int8_t> squeeze = unpack_weights(cflog.squeeze), ternary = unpack_weights(cflog.group);
  push(cflog.name + ".squeeze",
       std::make_unique<SqueezeStep>(
           PointwiseU8Weights{.shape = {cflog.in, m, 1, 0}, .w = squeeze.data(), .bias = nullptr, .levels = nullptr}, x,
           latents));

  Planes planes{{.buffer = 0, .height = x.height, .width = x.width, .channels = m}, 1, {}};
  for (const Interval& range : ranges[1].channels) {
    planes.offsets.push_back(static_cast<std::int32_t>(-range.low));
    while (range.high - range.low >= std::int64_t{1} << (8 * planes.planes)) ++planes.planes;
  }
  planes.buffer = plan_.add(planes.pixels() * planes.pixel());
  const Conv3x3S16Weights weights{
      .shape = {cflog.groups, group, group, planes.planes}, .w = ternary.data(), .bias = planes.offsets.data()};
  push(cflog.name + ".group", std::make_unique<GroupStep>(weights, latents, planes));

  const Rising rising(automaton_weights(network_.seed, cflog.automaton, m, cflog.out), cflog.thresholds, m,
                      [&](Index t) { return planes.offsets[at(t)]; });
  const MapBuffer y = codes(x.height, x.width, cflog.out);
  push(cflog.name + ".expand",
       std::make_unique<ExpandStep>(PointwiseU8Weights{.shape = {m, cflog.out, planes.planes, network_.top_code()},
                                                       .w = rising.weights.data(),
                                                       .bias = rising.bias.data(),
                                                       .levels = cflog.thresholds.levels.data()},
                                    planes, y));
  return y;
}

MapBuffer StepBuilder::add(const IntegerMrb& mrb, const MapBuffer& x, const IntegerPool* pool) {
  const Index sums = plan_.add(x.stride() * 4), select = plan_.add(x.stride());
  push(mrb.name + ".tgap", std::make_unique<SelectStep>(x, sums, select, network_.top_code()));
  const MapBuffer i1 = add(mrb.b, add(mrb.a, x));
  const Index scale = pool == nullptr ? 1 : 2;
  const MapBuffer y = codes(x.height / scale, x.width / scale, x.channels);
  const std::string shown = pool == nullptr ? mrb.name + ".mux" : pool->name;
  push(mrb.name + ".mux", std::make_unique<MuxStep>(x, i1, select, y, network_.bits == 1, shown));
  return y;
}

MapBuffer StepBuilder::add(const IntegerPool& pool, const MapBuffer& x) {
  const MapBuffer y = codes(x.height / 2, x.width / 2, x.channels);
  push(pool.name, std::make_unique<PoolStep>(x, y));
  return y;
}

void StepBuilder::add(const IntegerHead& head, const MapBuffer& x) {
  push(head.name, std::make_unique<HeadStep>(head, x, plan_.add(x.channels * 4)));
}

}  // namespace mog
