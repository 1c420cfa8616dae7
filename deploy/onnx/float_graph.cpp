// A visitor of the trained network's nodes: what each computes in evaluation, in ONNX's operators.
#include "deploy/onnx/float_graph.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "deploy/onnx/graph.hpp"

namespace mog {
namespace {

using onnx::Attributes;
using onnx::Axes;
using onnx::Element;
using onnx::identifier;

const Attributes kToFloat = {{"to", static_cast<Index>(Element::float32)}};

/// A kernel's floats in ONNX's order [O, I / G, k, k], from [C, O] or [G, 3, 3, I, Q].
std::vector<float> reordered(const Tensor<float>& weights, const ConvOptions& options) {
  const Index groups = options.groups, inputs = options.in / groups, outputs = options.out / groups;
  const Index taps = Index{options.kernel} * options.kernel;
  std::vector<float> kernel(to_size(weights.elements()));
  Index from = 0;
  for (Index g = 0; g < groups; ++g) {
    for (Index tap = 0; tap < taps; ++tap) {
      for (Index i = 0; i < inputs; ++i) {
        for (Index q = 0; q < outputs; ++q) {
          kernel[to_size(((g * outputs + q) * inputs + i) * taps + tap)] = weights[from++];
        }
      }
    }
  }
  return kernel;
}

Attributes conv_attributes(Index side, Index groups, Index stride) {
  const Index border = side / 2;
  return {{"dilations", Axes{1, 1}},
          {"group", groups},
          {"kernel_shape", Axes{side, side}},
          {"pads", Axes{border, border, border, border}},
          {"strides", Axes{stride, stride}}};
}

class FloatWriter {
 public:
  FloatWriter(onnx::Graph& graph, const FloatOnnxOptions& options) : graph_(graph), options_(options) {
    tape_.set_recording(false);
    pass_.stage = options.stage;
  }

  void run(const std::vector<Node<float>>& nodes) {
    const Map images = {.tensor = pixels(), .channels = 3, .pixels = options_.height * options_.width};
    std::vector<Map> outputs;
    for (const Node<float>& node : nodes) {
      const auto input = [&](int i) { return i == kImages ? images : outputs[static_cast<std::size_t>(i)]; };
      x_ = input(node.inputs.front()).tensor;
      way_ = input(node.inputs.back()).tensor;
      channels_ = input(node.inputs.front()).channels;
      way_channels_ = input(node.inputs.back()).channels;
      pixels_ = input(node.inputs.front()).pixels;
      const std::string y = std::visit([&](const auto& kind) { return add(identifier(node.name), kind); }, node.kind);
      outputs.push_back({.tensor = y, .channels = channels_, .pixels = pixels_});
    }
    graph_.node("Flatten", "logits", {outputs.back().tensor}, {{"axis", Index{1}}});
    graph_.output("logits", Element::float32, {onnx::kBatch, channels_});
  }

 private:
  struct Map {
    std::string tensor;
    Index channels, pixels;
  };

  [[nodiscard]] bool codes() const { return options_.stage == Stage::quantized; }
  std::string number(const std::string& name, double value) {
    return graph_.constant(name, {}, std::vector{static_cast<float>(value)});
  }
  std::string row(const std::string& name, const Axes& shape, const Tensor<float>& values) {
    return graph_.constant(name, shape, std::vector<float>(values.values().begin(), values.values().end()));
  }

  /// (b - 128) / 128, as the trained network sees them.
  std::string pixels() {
    const bool bytes = options_.onnx.input == OnnxOptions::Input::uint8;
    std::string x = graph_.input("pixels", bytes ? Element::uint8 : Element::float32,
                                 {onnx::kBatch, 3, options_.height, options_.width});
    if (bytes) x = graph_.node("Cast", "pixels_float", {x}, kToFloat);
    x = graph_.node("Sub", "pixels_centred", {x, number("pixels_middle", 128)});
    return graph_.node("Mul", "pixels_scaled", {x, number("pixels_unit", 0x1p-7)});
  }

  /// A convolution and, behind it, an affine map of each channel: one node or two.
  std::string conv(const std::string& name, const std::string& x, const Conv<float>& layer,
                   const BatchNorm<float>* norm) {
    const ConvOptions& o = layer.options();
    std::vector<float> kernel = reordered(layer.weights(pass_).value, o);
    Tensor<float> scale, shift;
    if (norm != nullptr) norm->affine(scale, shift);
    const bool fold = norm != nullptr && options_.fold;
    const std::size_t terms = kernel.size() / to_size(o.out);
    for (std::size_t i = 0; fold && i < kernel.size(); ++i) kernel[i] *= scale[static_cast<Index>(i / terms)];

    const Index side = o.kernel, stride = o.stride;
    onnx::Inputs inputs = {x, graph_.constant(name + "_weight", {o.out, o.in / o.groups, side, side}, kernel)};
    if (fold) inputs.push_back(row(name + "_bias", {o.out}, shift));
    channels_ = o.out;
    pixels_ /= stride * stride;
    const std::string y = graph_.node("Conv", name, inputs, conv_attributes(side, o.groups, stride));
    return norm == nullptr || fold ? y : normalise(name, y, scale, shift);
  }

  std::string normalise(const std::string& name, const std::string& x, const Tensor<float>& scale,
                        const Tensor<float>& shift) {
    const Axes channels = {scale.elements()};
    const std::vector<float> zeros(to_size(scale.elements()), 0.0F), ones(to_size(scale.elements()), 1.0F);
    return graph_.node(
        "BatchNormalization", name + "_norm",
        {x, row(name + "_scale", channels, scale), row(name + "_shift", channels, shift),
         graph_.constant(name + "_mean", channels, zeros), graph_.constant(name + "_variance", channels, ones)},
        {{"epsilon", 0.0F}});
  }

  /// ReLU, or the code of (paper Eq. 1).
  std::string activate(const std::string& name, const std::string& x, int bits) {
    if (!codes()) return graph_.node("Relu", name + "_activation", {x});
    if (bits == 1) {
      graph_.node("Greater", name + "_positive", {x, number(name + "_zero", 0)});
      return graph_.node("Cast", name + "_activation", {name + "_positive"}, kToFloat);
    }
    graph_.node("Relu", name + "_relu", {x});
    graph_.node("Min", name + "_clipped", {name + "_relu", number(name + "_one", 1)});
    graph_.node("Mul", name + "_spread", {name + "_clipped", number(name + "_top", (1 << bits) - 1)});
    return graph_.node("Round", name + "_activation", {name + "_spread"});
  }

  std::string add(const std::string& name, const ConvBlock<float>& block) {
    const std::string y = conv(name, x_, block.conv(), &block.norm());
    return block.following().bits == 0 ? y : activate(name, y, block.following().bits);
  }

  /// The sign of 0 is +1: 1 - 2 [x < 0].
  std::string add(const std::string& name, const BinaryBlock<float>& block) {
    Tensor<float> scale, shift;
    block.norm().affine(scale, shift);
    std::string x = normalise(name, x_, scale, shift);
    if (codes()) {
      graph_.node("Less", name + "_below", {x, number(name + "_zero", 0)});
      graph_.node("Cast", name + "_negative", {name + "_below"}, kToFloat);
      graph_.node("Mul", name + "_twice", {name + "_negative", number(name + "_two", 2)});
      x = graph_.node("Sub", name + "_sign", {number(name + "_one", 1), name + "_twice"});
    } else {
      x = graph_.node("Relu", name + "_relu", {x});
    }
    return conv(name, x, block.conv(), nullptr);
  }

  std::string cflog(const std::string& name, const std::string& x, const CflogBlock<float>& block) {
    const Cflog<float>& layer = block.cflog();
    const std::string squeezed = conv(name + "_squeeze", x, layer.squeeze(), nullptr);
    const std::string grouped = conv(name + "_group", squeezed, layer.group(), nullptr);
    return activate(name, conv(name + "_expand", grouped, layer.expand(), &block.norm()), block.bits());
  }
  std::string add(const std::string& name, const CflogBlock<float>& block) { return cflog(name, x_, block); }

  /// See tgap() and mux_residual(): while activations are no codes, a map is compared with half of the largest mean.
  std::string add(const std::string& name, const Mrb<float>& mrb) {
    const std::string x = x_, a = cflog(name + "_a", x, mrb.a()), i1 = cflog(name + "_b", a, mrb.b());
    const int bits = mrb.a().bits();
    const bool one_bit = codes() && bits == 1;  // no half is needed, and runtimes complain of what is not
    const std::string half = one_bit ? "" : number(name + "_one_half", 0.5);
    std::string bound, i0;
    graph_.node("ReduceSum", name + "_total", {x}, {{"axes", Axes{2, 3}}, {"keepdims", Index{1}}});
    if (codes()) {
      bound = number(name + "_bound", static_cast<double>(((1 << bits) - 1) * pixels_) / 2);
    } else {
      graph_.node("ReduceMax", name + "_largest", {name + "_total"}, {{"axes", Axes{1}}, {"keepdims", Index{1}}});
      bound = graph_.node("Mul", name + "_bound", {name + "_largest", half});
    }
    graph_.node("Greater", name + "_above", {name + "_total", bound});
    const std::string s = graph_.node("Cast", name + "_s", {name + "_above"}, kToFloat);
    if (one_bit) {
      i0 = graph_.node("Max", name + "_i0", {x, i1});
    } else {
      i0 = graph_.node("Add", name + "_both", {x, i1});
      if (codes()) {
        graph_.node("Mul", name + "_mean", {i0, half});
        i0 = graph_.node("Floor", name + "_i0", {name + "_mean"});
      }
    }
    graph_.node("Sub", name + "_gain", {i1, i0});
    graph_.node("Mul", name + "_kept", {name + "_gain", s});
    return graph_.node("Add", name + "_mux", {i0, name + "_kept"});
  }

  std::string add(const std::string& name, const MaxPool& /*pool*/) {
    pixels_ /= 4;
    return graph_.node("MaxPool", name, {x_},
                       {{"kernel_shape", Axes{2, 2}}, {"pads", Axes{0, 0, 0, 0}}, {"strides", Axes{2, 2}}});
  }

  std::string add(const std::string& name, const ResidualSum<float>& sum) {
    if (sum.bits() == 0) return graph_.node("Add", name, {x_, way_});
    std::string way = way_;
    if (codes() && sum.way_is_activation()) {
      way = graph_.node("Mul", name + "_way", {way, number(name + "_unit", 1.0 / ((1 << sum.bits()) - 1))});
    }
    return activate(name, graph_.node("Add", name + "_both", {x_, way}), sum.bits());
  }

  /// Every second pixel of each map, between maps of zeros: a convolution with weights 0 and 1.
  std::string add(const std::string& name, const PaddedShortcut& /*way*/) {
    const Index in = channels_, before = in / 2;
    std::vector<float> kernel(to_size(2 * in * in));
    for (Index c = 0; c < in; ++c) kernel[to_size((before + c) * in + c)] = 1;
    channels_ = 2 * in;
    pixels_ /= 4;
    return graph_.node("Conv", name, {x_, graph_.constant(name + "_weight", {2 * in, in, 1, 1}, kernel)},
                       conv_attributes(1, 1, 2));
  }

  std::string add(const std::string& name, const Concatenation& /*maps*/) {
    channels_ += way_channels_;
    return graph_.node("Concat", name, {x_, way_}, {{"axis", Index{1}}});
  }

  std::string add(const std::string& name, const GlobalAveragePool& /*pool*/) {
    pixels_ = 1;
    return graph_.node("ReduceMean", name, {x_}, {{"axes", Axes{2, 3}}, {"keepdims", Index{1}}});
  }

  /// A pointwise convolution of one pixel.
  std::string add(const std::string& name, const Linear<float>& layer) {
    const Tensor<float> weights = layer.weights(pass_).value;
    const ConvOptions sizes{.in = channels_, .out = weights.channels()};
    onnx::Inputs inputs = {x_,
                           graph_.constant(name + "_weight", {sizes.out, sizes.in, 1, 1}, reordered(weights, sizes))};
    if (layer.bias() != nullptr) inputs.push_back(row(name + "_bias", {sizes.out}, layer.bias()->value));
    channels_ = sizes.out;
    return graph_.node("Conv", name, inputs, conv_attributes(1, 1, 1));
  }

  onnx::Graph& graph_;
  const FloatOnnxOptions& options_;
  Tape<float> tape_;
  Pass<float> pass_{.tape = tape_, .training = false};
  std::string x_, way_;              // what feeds the present node
  Index channels_ = 0, pixels_ = 0;  // of the map that feeds it, then of its own
  Index way_channels_ = 0;           // of the other one that feeds it
};

}  // namespace

OnnxReport export_float_onnx(const Graph<float>& network, const std::filesystem::path& path,
                             const FloatOnnxOptions& options) {
  onnx::Graph graph("network");
  FloatWriter(graph, options).run(network.nodes());
  const std::string about = concat("A network for pictures of ", options.height, " x ", options.width,
                                   " pixels, as it is evaluated after its ", name(options.stage), " run.");
  const std::string bytes = graph.model(about, options.onnx.metadata);
  write_file(path, bytes);
  return {.bytes = static_cast<Index>(bytes.size()), .nodes = graph.nodes()};
}

}  // namespace mog
