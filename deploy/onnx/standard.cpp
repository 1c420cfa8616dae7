// Convolutions of whole floats, activations as comparisons with level - 1/2: no constant follows a convolution that a
// runtime may multiply or add into its weights.
#include "deploy/onnx/standard.hpp"

#include <cmath>
#include <limits>
#include <tuple>

#include "core/error.hpp"

namespace mog::onnx {
namespace {

constexpr Index kCast = static_cast<Index>(Element::float32);
const Attributes kToFloat = {{"to", kCast}};
constexpr std::uint8_t kTwo = 2, kFour = 4;

}  // namespace

std::optional<float> boundary(std::int32_t level, const Interval& range) {
  // With both ends' sums, the comparison is constant.
  if (level > range.high) return std::numeric_limits<float>::max();
  if (level <= range.low) return std::numeric_limits<float>::lowest();
  const std::int64_t magnitude = std::abs(std::int64_t{level});
  if (magnitude < kExactFloats / 2) return static_cast<float>(level) - 0.5F;
  // From 2^23 on no float is a half. One addition rounds monotonically, and whole numbers up to 2^24 stay what they are:
  // no sum is rounded across such a level.
  if (magnitude < kExactFloats) return static_cast<float>(level - 1);
  return {};
}

std::string Standard::pixels() {
  const Axes shape = {kBatch, 3, network().height, network().width};
  std::string x;
  if (options_.input == OnnxOptions::Input::uint8) {
    x = graph().input("pixels", Element::uint8, shape);
    x = graph().node("Cast", "pixels_float", {x}, kToFloat);
  } else {
    x = graph().input("pixels", Element::float32, shape);
  }
  return graph().node("Sub", "pixels_centred", {x, number("pixels_middle", 128)});
}

std::string Standard::weights(const std::string& name, const Kernel& kernel) {
  if (options_.weights == OnnxOptions::Weights::int8) {
    graph().constant(name + "_weight_int8", kernel.shape(), kernel.weights);
    return graph().node("Cast", name + "_weight", {name + "_weight_int8"}, kToFloat);
  }
  if (options_.weights == OnnxOptions::Weights::bits) return unpacked(name + "_weight", kernel);
  const std::vector<float> floats(kernel.weights.begin(), kernel.weights.end());
  return graph().constant(name + "_weight", kernel.shape(), floats);
}

/// Bytes of eight weights of -1 and +1, as bits 0 and 1, or of four ternary ones, as 0, 1, 2; the first is lowest.
std::string Standard::unpacked(const std::string& name, const Kernel& kernel) {
  const bool ternary = kernel.has_zeros();
  const std::size_t each = ternary ? 4 : 8, width = 8 / each;
  std::vector<std::uint8_t> bytes((kernel.weights.size() + each - 1) / each), places, base = {ternary ? kFour : kTwo};
  for (std::size_t i = 0; i < kernel.weights.size(); ++i) {
    const int value = ternary ? kernel.weights[i] + 1 : (kernel.weights[i] + 1) / 2;
    std::uint8_t& byte = bytes[i / each];
    byte = static_cast<std::uint8_t>(byte | value << i % each * width);
  }
  for (std::size_t place = 0; place < 8; place += width) places.push_back(static_cast<std::uint8_t>(place));

  const Index rows = static_cast<Index>(bytes.size()), count = static_cast<Index>(kernel.weights.size());
  const auto constant = [&](const char* suffix, const Axes& shape, const auto& numbers) {
    return graph().constant(name + suffix, shape, numbers);
  };
  std::string w = constant("_bytes", {rows, 1}, bytes);
  w = graph().node("BitShift", name + "_shifted", {w, constant("_places", {1, static_cast<Index>(each)}, places)},
                   {{"direction", std::string("RIGHT")}});
  w = graph().node("Mod", name + "_digits", {w, constant("_base", {1}, base)});
  w = graph().node("Cast", name + "_floats", {w}, kToFloat);
  if (!ternary) w = graph().node("Mul", name + "_doubled", {w, number(name + "_two", 2)});
  w = graph().node("Sub", name + "_signed", {w, number(name + "_one", 1)});
  if (rows * static_cast<Index>(each) != count) {  // the last byte's other bits
    w = graph().node("Reshape", name + "_row", {w, constant("_all", {1}, std::vector<std::int64_t>{-1})});
    w = graph().node("Slice", name + "_some",
                     {w, constant("_begin", {1}, std::vector<std::int64_t>{0}),
                      constant("_end", {1}, std::vector<std::int64_t>{count})});
  }
  return graph().node("Reshape", name, {w, constant("_shape", {4}, kernel.shape())});
}

std::string Standard::conv(const std::string& name, const std::string& x, const Kernel& kernel) {
  return graph().node("Conv", name, {x, weights(name, kernel)}, conv_attributes(kernel));
}

/// Floor, which changes nothing in whole numbers, keeps a runtime from adding the second part's terms to the first
/// one's sum. The last addition may round where no level is, see boundary().
std::string Standard::convolve(const std::string& layer, const std::string& x, const Kernel& kernel,
                               std::optional<Index> cut) {
  if (!cut) return conv(layer, x, kernel);
  split_.push_back(layer);
  Inputs parts;
  const std::string axis = graph().constant(layer + "_axis", {1}, std::vector<std::int64_t>{1});
  for (const auto& [suffix, begin, end] : {std::tuple{"_1", Index{0}, *cut}, {"_2", *cut, kernel.in}}) {
    const std::string name = layer + suffix;
    const std::string from = graph().constant(name + "_begin", {1}, std::vector<std::int64_t>{begin});
    const std::string to = graph().constant(name + "_end", {1}, std::vector<std::int64_t>{end});
    const std::string some = graph().node("Slice", name + "_inputs", {x, from, to, axis});
    parts.push_back(graph().node("Floor", name + "_whole", {conv(name, some, some_inputs(kernel, begin, end))}));
  }
  return graph().node("Add", layer, parts);
}

/// OpenCV 4.6 folds a comparison that is a convolution's only reader into it, as a bias, and no code is left. The
/// largest of one sum is that sum, and rounds nothing.
std::string Standard::apart(const std::string& layer, const std::string& sums) {
  return graph().node("MaxPool", layer + "_sums", {sums},
                      {{"kernel_shape", Axes{1, 1}}, {"pads", Axes{0, 0, 0, 0}}, {"strides", Axes{1, 1}}});
}

std::string Standard::activate(const std::string& layer, const std::string& convolved, const RisingLevels& levels) {
  const bool alone = levels.each == 1 && options_.head == OnnxOptions::Head::real;
  const std::string sums = alone ? apart(layer, convolved) : convolved;
  std::string codes;
  bool proved = true;
  for (Index j = 0; j < levels.each; ++j) {
    std::vector<float> least;
    for (Index c = 0; c < levels.channels; ++c) {
      const auto found = boundary(levels.level(c, j), levels.sums[to_size(c)]);
      proved = proved && found;
      least.push_back(found.value_or(static_cast<float>(levels.level(c, j))));
    }
    const std::string step = layer + "_step" + std::to_string(j + 1), last = layer + "_activation";
    graph().constant(step + "_level", {1, levels.channels, 1, 1}, least);
    graph().node("Greater", step + "_reached", {sums, step + "_level"});
    const bool first = j == 0, final = j + 1 == levels.each;
    const std::string sum = concat(step, "_code");
    const std::string one = graph().node("Cast", first && final ? last : step, {step + "_reached"}, kToFloat);
    codes = first ? one : graph().node("Add", final ? last : sum, {codes, one});
  }
  if (!proved) not_proved_.push_back(layer + "_activation");
  return codes;
}

std::string Standard::decide(const std::string& layer, const std::string& x, Index pixels) {
  const Index most = network().top_code() * pixels;
  require(most < kExactFloats, "onnx: ", layer, ": the codes of a map add up to ", most,
          ", which float32 does not hold exactly, expected less than 2^24");
  graph().node("ReduceSum", layer + "_total", {x}, {{"axes", Axes{2, 3}}, {"keepdims", Index{1}}});
  number(layer + "_half", static_cast<float>(most) / 2);
  graph().node("Greater", layer + "_above", {layer + "_total", layer + "_half"});
  return graph().node("Cast", layer + "_s", {layer + "_above"}, kToFloat);
}

std::string Standard::halve(const std::string& layer, const std::string& x, const std::string& i1) {
  if (network().bits == 1) return graph().node("Max", layer + "_i0", {x, i1});
  graph().node("Add", layer + "_both", {x, i1});
  graph().node("Mul", layer + "_mean", {layer + "_both", number(layer + "_one_half", 0.5F)});
  return graph().node("Floor", layer + "_i0", {layer + "_mean"});
}

/// Without Where, which some importers lack: i0 + s (i1 - i0), exact in small whole numbers.
std::string Standard::select(const std::string& layer, const std::string& s, const std::string& i1,
                             const std::string& i0) {
  graph().node("Sub", layer + "_gain", {i1, i0});
  graph().node("Mul", layer + "_kept", {layer + "_gain", s});
  return graph().node("Add", layer + "_mux", {i0, layer + "_kept"});
}

void Standard::answer(const std::string& sums) {
  const IntegerHead& head = network().head;
  const Axes row = {1, head.classes}, rows = {kBatch, head.classes};
  if (options_.head == OnnxOptions::Head::real) {
    std::vector<float> scale, offset;
    for (Index c = 0; c < head.classes; ++c) {
      const auto in_logits = [&head](auto value) {
        return static_cast<float>(std::ldexp(static_cast<double>(value), -head.fraction_bits));
      };
      scale.push_back(in_logits(head.multiplier[to_size(c)]));
      offset.push_back(in_logits(head.offset[to_size(c)]));
    }
    graph().constant("logits_scale", row, scale);
    graph().constant("logits_offset", row, offset);
    graph().node("Mul", "logits_scaled", {sums, "logits_scale"});
    graph().output(graph().node("Add", "logits", {"logits_scaled", "logits_offset"}), Element::float32, rows);
    return;
  }
  const Attributes to_int64 = {{"to", static_cast<Index>(Element::int64)}};
  const Attributes to_double = {{"to", static_cast<Index>(Element::float64)}};
  graph().constant("class_multiplier", row, std::vector<std::int64_t>(head.multiplier.begin(), head.multiplier.end()));
  graph().constant("class_offset", row, head.offset);
  graph().node("Cast", "whole_sums", {sums}, to_int64);
  graph().node("Mul", "class_products", {"whole_sums", "class_multiplier"});
  graph().node("Add", "class_sums", {"class_products", "class_offset"});
  graph().node("Cast", "class_sums_double", {"class_sums"}, to_double);
  graph().constant("logits_unit", {}, std::vector{std::ldexp(1.0, -head.fraction_bits)});
  graph().node("Mul", "logits_double", {"class_sums_double", "logits_unit"});
  graph().node("Cast", "logits", {"logits_double"}, kToFloat);
  graph().node("ArgMax", "class", {"class_sums"}, {{"axis", Index{1}}, {"keepdims", Index{0}}});
  graph().output("class", Element::int64, {kBatch});
  graph().output("class_sums", Element::int64, rows);
  graph().output("logits", Element::float32, rows);
}

void Standard::tell(const std::string& codes, Index channels, Index height, Index width) {
  if (options_.layers) graph().output(codes, Element::float32, {kBatch, channels, height, width});
}

}  // namespace mog::onnx
