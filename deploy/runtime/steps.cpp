// The runtime's steps between the convolutions: residual end, pooling, head; and the steps' buffers.
#include "deploy/runtime/steps.hpp"

#include <algorithm>

namespace mog {

const kernels::CodesU8Kernels& codes_kernels() {
  static const kernels::CodesU8Kernels& row = kernels::select(kernels::codes_u8_kernels());
  return row;
}

void show_codes(const Frame& frame, const MapObserver& observer, const std::string& name, const MapBuffer& map) {
  const std::uint8_t* const codes = frame.at<std::uint8_t>(map.buffer);
  show(observer, name, map, IntegerMap::Kind::codes, [&](Index p, Index c) { return codes[p * map.stride() + c]; });
}

namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

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

/// The last layer: summing over the pixels commutes with the convolution, and comes first.
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

MapBuffer StepBuilder::add(const IntegerMrb& mrb, std::span<const SumRange> sums, const MapBuffer& x,
                           const IntegerPool* pool) {
  const Index map_sums = plan_.add(x.stride() * 4), select = plan_.add(x.stride());
  push(mrb.name + ".tgap", std::make_unique<SelectStep>(x, map_sums, select, network_.top_code()));
  const MapBuffer i1 = add(mrb.b, sums.last(kCflogSums), add(mrb.a, sums.first(kCflogSums), x));
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
