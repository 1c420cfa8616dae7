// The two dialects of QONNX: what is quantized how is said beside float operators, in nodes or in annotations.
#pragma once

#include "deploy/onnx/dialect.hpp"

namespace mog::onnx {

/// What both have in common: the input, and the logits in float32.
class Qonnx : public Dialect {
 public:
  using Dialect::Dialect;
  std::string pixels() override;
  void answer(const std::string& sums) override;
};

/// Quant, BipolarQuant: weights are constants behind such a node, an activation is BatchNormalization, Relu and Quant.
class QuantNodes : public Qonnx {
 public:
  using Qonnx::Qonnx;
  std::string convolve(const std::string& layer, const std::string& x, const Kernel& grouped,
                       std::optional<Index> cut) override;
  std::string activate(const std::string& layer, const std::string& sums, const RisingLevels& levels) override;
  std::string decide(const std::string& layer, const std::string& x, Index pixels) override;
  std::string halve(const std::string& layer, const std::string& x, const std::string& i1) override;
  std::string select(const std::string& layer, const std::string& s, const std::string& i1,
                     const std::string& i0) override;

 private:
  /// Quant of scale 1 and zero point 0, rounding to even.
  std::string quant(const std::string& name, const std::string& x, int bits, bool weights);
  /// Codes of so many bits, out of any floats.
  std::string codes(const std::string& name, const std::string& x, int bits);
};

/// MultiThreshold: how many of a channel's thresholds a number has reached; whole floats with their types annotated.
class MultiThresholds : public Qonnx {
 public:
  using Qonnx::Qonnx;
  std::string pixels() override;
  std::string convolve(const std::string& layer, const std::string& x, const Kernel& grouped,
                       std::optional<Index> cut) override;
  std::string activate(const std::string& layer, const std::string& sums, const RisingLevels& levels) override;
  std::string decide(const std::string& layer, const std::string& x, Index pixels) override;
  std::string halve(const std::string& layer, const std::string& x, const std::string& i1) override;
  std::string select(const std::string& layer, const std::string& s, const std::string& i1,
                     const std::string& i0) override;
  void tell(const std::string& codes, Index channels, Index height, Index width) override;

 private:
  /// `rows` rows of thresholds, one a channel or one for all.
  std::string thresholds(const std::string& name, const std::string& x, Index rows, const std::vector<float>& levels,
                         const std::string& type);
  [[nodiscard]] std::string code_type() const;
};

}  // namespace mog::onnx
