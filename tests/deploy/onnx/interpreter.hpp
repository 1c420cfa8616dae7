// Runs an ONNX graph of few operators as their definitions say, sums in float32 in the plainest order: what any runtime
// may compute.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/deploy/onnx/reader.hpp"

namespace mog::testing {

class OnnxInterpreter {
 public:
  explicit OnnxInterpreter(const OnnxModel& model) : model_(model) {}

  /// All tensors by name; pixels [1, 3, H, W].
  std::map<std::string, OnnxTensor> run(OnnxTensor pixels) {
    tensors_ = model_.constants;
    tensors_.insert_or_assign(model_.inputs.at(0), std::move(pixels));
    for (const OnnxNode& node : model_.nodes) tensors_.insert_or_assign(node.outputs.at(0), compute(node));
    return std::move(tensors_);
  }

 private:
  using Operation = std::function<double(double, double)>;

  const OnnxTensor& input(const OnnxNode& node, std::size_t i) const { return tensors_.at(node.inputs.at(i)); }
  static std::int64_t number(const OnnxNode& node, const char* name) { return node.numbers.at(name).at(0); }

  OnnxTensor compute(const OnnxNode& node) const {
    const std::string& operation = node.operation;
    const OnnxTensor& x = input(node, 0);
    const auto map = [&x](const auto& function) {
      OnnxTensor y = x;
      for (double& value : y.values) value = function(value);
      return y;
    };
    if (operation == "Cast") return map([](double value) { return value; });
    if (operation == "Floor") return map([](double value) { return std::floor(value); });
    if (operation == "Relu") return map([](double value) { return std::max(value, 0.0); });
    if (operation == "Add") return broadcast(node, [](double a, double b) { return a + b; });
    if (operation == "Sub") return broadcast(node, [](double a, double b) { return a - b; });
    if (operation == "Mul") return broadcast(node, [](double a, double b) { return a * b; });
    if (operation == "Max") return broadcast(node, [](double a, double b) { return std::max(a, b); });
    if (operation == "Greater") return broadcast(node, [](double a, double b) { return a > b ? 1.0 : 0.0; });
    if (operation == "Min") return broadcast(node, [](double a, double b) { return std::min(a, b); });
    if (operation == "Round") return map([](double value) { return std::nearbyint(value); });
    if (operation == "Flatten") return {{1, static_cast<std::int64_t>(x.values.size())}, x.values};
    if (operation == "ReduceMean") {
      OnnxTensor y = sum_over_map(node);
      const auto pixels = static_cast<double>(x.shape.at(2) * x.shape.at(3));
      for (double& value : y.values) value = static_cast<double>(static_cast<float>(value / pixels));
      return y;
    }
    if (operation == "ReduceMax") {
      if (node.numbers.at("axes") != std::vector<std::int64_t>{1}) throw std::runtime_error("axes not of channels");
      return {{1, 1, 1, 1}, {*std::max_element(x.values.begin(), x.values.end())}};
    }
    if (operation == "Mod") return broadcast(node, [](double a, double b) { return std::fmod(a, b); });
    if (operation == "BitShift" && node.texts.at("direction") == "RIGHT") {
      return broadcast(node, [](double a, double b) { return std::floor(std::ldexp(a, -static_cast<int>(b))); });
    }
    if (operation == "Reshape") return reshape(node);
    if (operation == "Less") return broadcast(node, [](double a, double b) { return a < b ? 1.0 : 0.0; });
    if (operation == "Conv") return conv(node);
    if (operation == "MaxPool") return node.numbers.at("kernel_shape") == std::vector<std::int64_t>{1, 1} ? x : pool(x);
    if (operation == "ReduceSum") return sum_over_map(node);
    if (operation == "Slice") return slice(node);
    if (operation == "Concat" && number(node, "axis") == 1) {
      const OnnxTensor& more = input(node, 1);
      OnnxTensor y = x;
      y.shape.at(1) += more.shape.at(1);
      y.values.insert(y.values.end(), more.values.begin(), more.values.end());
      return y;
    }
    if (operation == "BatchNormalization") return normalise(node);
    if (operation == "Quant") return quant(node);
    if (operation == "BipolarQuant") return map([](double value) { return value >= 0 ? 1.0 : -1.0; });
    if (operation == "MultiThreshold") return thresholds(node);
    if (operation == "ArgMax") {
      const auto best = std::max_element(x.values.begin(), x.values.end()) - x.values.begin();
      return {{1}, {static_cast<double>(best)}};
    }
    throw std::runtime_error(operation + ": no operator that the export may use");
  }

  /// float32 where both are: a result of two whole int64 fits a double here, too.
  OnnxTensor broadcast(const OnnxNode& node, const Operation& operation) const {
    OnnxTensor a = input(node, 0), b = input(node, 1);
    const bool wide = node.outputs[0].starts_with("class_") || node.outputs[0] == "logits_double";
    const std::size_t axes = std::max(a.shape.size(), b.shape.size());
    for (OnnxTensor* tensor : {&a, &b}) tensor->shape.insert(tensor->shape.begin(), axes - tensor->shape.size(), 1);
    OnnxTensor y;
    std::int64_t elements = 1;
    for (std::size_t i = 0; i < axes; ++i) {
      y.shape.push_back(std::max(a.shape[i], b.shape[i]));
      elements *= y.shape[i];
    }
    const auto at = [&y](const OnnxTensor& tensor, std::int64_t index) {
      std::int64_t place = 0, stride = 1;
      for (std::size_t i = y.shape.size(); i-- > 0; index /= y.shape[i]) {
        if (tensor.shape[i] != 1) place += index % y.shape[i] * stride;
        stride *= tensor.shape[i];
      }
      return tensor.values.at(static_cast<std::size_t>(place));
    };
    for (std::int64_t i = 0; i < elements; ++i) {
      const double result = operation(at(a, i), at(b, i));
      y.values.push_back(wide ? result : static_cast<double>(static_cast<float>(result)));
    }
    return y;
  }

  OnnxTensor conv(const OnnxNode& node) const {
    const OnnxTensor &x = input(node, 0), &w = input(node, 1);
    const std::int64_t groups = number(node, "group"), border = number(node, "pads"), side = w.shape.at(2);
    const std::int64_t outputs = w.shape[0], inputs = w.shape[1], height = x.shape.at(2), width = x.shape.at(3);
    const std::int64_t stride = number(node, "strides");
    if (inputs * groups != x.shape[1]) throw std::runtime_error(node.outputs[0] + ": another number of channels");
    OnnxTensor y{{1, outputs, height / stride, width / stride}, {}};
    for (std::int64_t o = 0; o < outputs; ++o) {
      const std::int64_t first = o / (outputs / groups) * inputs;
      for (std::int64_t p = 0; p < y.shape[2] * y.shape[3]; ++p) {
        const std::int64_t top = p / y.shape[3] * stride - border, left = p % y.shape[3] * stride - border;
        float sum =
            node.inputs.size() > 2 ? static_cast<float>(input(node, 2).values.at(static_cast<std::size_t>(o))) : 0;
        for (std::int64_t i = 0; i < inputs; ++i) {
          for (std::int64_t tap = 0; tap < side * side; ++tap) {
            const std::int64_t row = top + tap / side, column = left + tap % side;
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            const double value = x.values[static_cast<std::size_t>(((first + i) * height + row) * width + column)];
            const double weight = w.values[static_cast<std::size_t>((o * inputs + i) * side * side + tap)];
            sum += static_cast<float>(value) * static_cast<float>(weight);
          }
        }
        y.values.push_back(static_cast<double>(sum));
      }
    }
    return y;
  }

  static OnnxTensor pool(const OnnxTensor& x) {
    const std::int64_t channels = x.shape.at(1), height = x.shape.at(2), width = x.shape.at(3);
    OnnxTensor y{{1, channels, height / 2, width / 2}, {}};
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t row = 0; row < height / 2; ++row) {
        for (std::int64_t column = 0; column < width / 2; ++column) {
          const double* const corner = x.values.data() + (c * height + 2 * row) * width + 2 * column;
          y.values.push_back(std::max({corner[0], corner[1], corner[width], corner[width + 1]}));
        }
      }
    }
    return y;
  }

  OnnxTensor sum_over_map(const OnnxNode& node) const {
    const OnnxTensor& x = input(node, 0);
    if (node.numbers.at("axes") != std::vector<std::int64_t>{2, 3}) throw std::runtime_error("axes not of a map");
    const std::int64_t channels = x.shape.at(1), pixels = x.shape.at(2) * x.shape.at(3);
    OnnxTensor y{{1, channels}, {}};
    if (number(node, "keepdims") == 1) y.shape = {1, channels, 1, 1};
    for (std::int64_t c = 0; c < channels; ++c) {
      float sum = 0;
      for (std::int64_t p = 0; p < pixels; ++p)
        sum += static_cast<float>(x.values[static_cast<std::size_t>(c * pixels + p)]);
      y.values.push_back(static_cast<double>(sum));
    }
    return y;
  }

  OnnxTensor reshape(const OnnxNode& node) const {
    OnnxTensor y = input(node, 0);
    y.shape.clear();
    std::int64_t elements = 1;
    for (const double axis : input(node, 1).values) {
      y.shape.push_back(axis == -1 ? static_cast<std::int64_t>(y.values.size()) : static_cast<std::int64_t>(axis));
      elements *= y.shape.back();
    }
    if (static_cast<std::size_t>(elements) != y.values.size())
      throw std::runtime_error(node.outputs[0] + ": another size");
    return y;
  }

  /// Of a row, or of channels.
  OnnxTensor slice(const OnnxNode& node) const {
    const OnnxTensor& x = input(node, 0);
    const auto begin = static_cast<std::int64_t>(input(node, 1).values.at(0));
    const auto end = static_cast<std::int64_t>(input(node, 2).values.at(0));
    const std::size_t axis = node.inputs.size() > 3 ? static_cast<std::size_t>(input(node, 3).values.at(0)) : 0;
    if (axis != (x.shape.size() == 4 ? 1U : 0U)) throw std::runtime_error("a slice of another axis");
    const std::int64_t each = axis == 1 ? x.shape.at(2) * x.shape.at(3) : 1;
    OnnxTensor y{x.shape, {x.values.begin() + begin * each, x.values.begin() + end * each}};
    y.shape[axis] = end - begin;
    return y;
  }

  OnnxTensor normalise(const OnnxNode& node) const {
    OnnxTensor y = input(node, 0);
    const std::size_t pixels = static_cast<std::size_t>(y.shape.at(2) * y.shape.at(3));
    const auto of = [&](std::size_t i, std::size_t c) { return static_cast<float>(input(node, i).values.at(c)); };
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const std::size_t c = i / pixels;
      y.values[i] =
          static_cast<double>((static_cast<float>(y.values[i]) - of(3, c)) / std::sqrt(of(4, c)) * of(1, c) + of(2, c));
    }
    return y;
  }

  /// ((clip, round)(x / scale + zero) - zero) scale, to even.
  OnnxTensor quant(const OnnxNode& node) const {
    const double scale = input(node, 1).values.at(0), zero = input(node, 2).values.at(0),
                 bits = input(node, 3).values.at(0);
    if (node.texts.at("rounding_mode") != "ROUND") throw std::runtime_error("another rounding");
    const bool is_signed = number(node, "signed") == 1, narrow = number(node, "narrow") == 1;
    const double top = is_signed ? std::exp2(bits - 1) - 1 : std::exp2(bits) - (narrow ? 2 : 1);
    const double bottom = is_signed ? -std::exp2(bits - 1) + (narrow ? 1 : 0) : 0;
    OnnxTensor y = input(node, 0);
    for (double& value : y.values) {
      value = (std::nearbyint(std::clamp(value / scale + zero, bottom, top)) - zero) * scale;
    }
    return y;
  }

  OnnxTensor thresholds(const OnnxNode& node) const {
    OnnxTensor y = input(node, 0);
    const OnnxTensor& levels = input(node, 1);
    const std::size_t rows = static_cast<std::size_t>(levels.shape.at(0)),
                      each = static_cast<std::size_t>(levels.shape.at(1));
    const std::size_t pixels = static_cast<std::size_t>(y.shape.at(2) * y.shape.at(3));
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const auto row = levels.values.begin() + static_cast<std::ptrdiff_t>(rows == 1 ? 0 : i / pixels * each);
      const double value = y.values[i];
      y.values[i] = static_cast<double>(std::count_if(row, row + static_cast<std::ptrdiff_t>(each),
                                                      [value](double level) { return value >= level; }));
    }
    return y;
  }

  const OnnxModel& model_;
  std::map<std::string, OnnxTensor> tensors_;
};

}  // namespace mog::testing
