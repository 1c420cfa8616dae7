// The runtime's first convolution: patches of pixels, times weights, to codes.
#include "deploy/runtime/packed_pointwise.hpp"
#include "deploy/runtime/steps.hpp"

namespace mog {
namespace {

constexpr std::uint8_t kZero = 128;  // pixels stand for pixel - 128

class ConvStep : public Step {
 public:
  ConvStep(const kernels::PointwiseU8Weights& weights, const MapBuffer& x, Index in, const MapBuffer& y)
      : pointwise_(pointwise_kernel(), weights), patches_(x), in_(in), y_(y) {}

  [[nodiscard]] Index rows() const override { return y_.height; }
  [[nodiscard]] std::vector<Index> buffers() const override { return {patches_.buffer, y_.buffer}; }
  [[nodiscard]] Index multiply_accumulates() const override { return y_.pixels() * pointwise_.weights(); }
  [[nodiscard]] Index weight_bytes() const override { return pointwise_.bytes(); }
  void run(const Frame& frame, Range rows) const override {
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
  PackedPointwise pointwise_;
  MapBuffer patches_;
  Index in_;
  MapBuffer y_;
};

}  // namespace

MapBuffer StepBuilder::add(const IntegerConv& conv) {
  const Index levels = network_.top_code(), in = 9 * conv.in;
  const Rising rising(unpack_weights(conv.weight), conv.thresholds,
                      std::vector<std::int64_t>(static_cast<std::size_t>(in), kZero));
  const MapBuffer patches = codes(network_.height, network_.width, in),
                  y = codes(patches.height, patches.width, conv.out);
  push(conv.name, std::make_unique<ConvStep>(kernels::PointwiseU8Weights{.shape = {in, conv.out, 1, levels},
                                                                         .w = rising.weights.data(),
                                                                         .bias = rising.bias.data(),
                                                                         .levels = conv.thresholds.levels.data()},
                                             patches, conv.in, y));
  return y;
}

}  // namespace mog
