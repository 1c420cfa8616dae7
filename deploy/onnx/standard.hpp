// The dialect that every runtime of ONNX reads: operators of opset 11 alone, exact whatever a runtime fuses.
#pragma once

#include <optional>
#include <utility>

#include "deploy/onnx/dialect.hpp"
#include "deploy/onnx/export.hpp"

namespace mog::onnx {

class Standard : public Dialect {
 public:
  Standard(Graph& graph, const IntegerNetwork& network, OnnxOptions options)
      : Dialect(graph, network), options_(std::move(options)) {}

  std::string pixels() override;
  std::string convolve(const std::string& layer, const std::string& x, const Kernel& kernel,
                       std::optional<Index> cut) override;
  std::string activate(const std::string& layer, const std::string& convolved, const RisingLevels& levels) override;
  std::string decide(const std::string& layer, const std::string& x, Index pixels) override;
  std::string halve(const std::string& layer, const std::string& x, const std::string& i1) override;
  std::string select(const std::string& layer, const std::string& s, const std::string& i1,
                     const std::string& i0) override;
  void answer(const std::string& sums) override;
  void tell(const std::string& codes, Index channels, Index height, Index width) override;

  /// Convolutions that were written as two.
  [[nodiscard]] const std::vector<std::string>& split() const { return split_; }
  /// Activations whose levels float32 may not tell apart.
  [[nodiscard]] const std::vector<std::string>& not_proved() const { return not_proved_; }

 private:
  std::string weights(const std::string& name, const Kernel& kernel);
  std::string unpacked(const std::string& name, const Kernel& kernel);
  std::string conv(const std::string& name, const std::string& x, const Kernel& kernel);
  std::string apart(const std::string& layer, const std::string& sums);

  OnnxOptions options_;
  std::vector<std::string> split_, not_proved_;
};

/// A float below which a sum has not reached `level` and above which it has, for every sum of `range` that float32
/// holds, exactly or rounded as one addition rounds it; none if there is no such float.
std::optional<float> boundary(std::int32_t level, const Interval& range);

}  // namespace mog::onnx
