// A dialect of ONNX: how the parts of an integer network are said in the operators that some tool knows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "deploy/onnx/graph.hpp"
#include "deploy/onnx/kernel.hpp"
#include "deploy/runtime/ranges.hpp"

namespace mog::onnx {

/// (I8) of one layer, turned so that all channels rise.
struct RisingLevels {
  Index channels, each;              // levels of a channel
  std::vector<std::int32_t> levels;  // [channels, each], ascending within a channel
  std::vector<Interval> sums;        // between which the channels' sums lie, for any picture

  [[nodiscard]] std::int32_t level(Index channel, Index j) const { return levels[to_size(channel * each + j)]; }
};
RisingLevels rising_levels(const Thresholds& thresholds, const SumRange& sums);

/// What one dialect writes. Tensors are float32 [N, C, H, W] of whole numbers; functions return the name of theirs.
class Dialect {
 public:
  Dialect(Graph& graph, const IntegerNetwork& network) : graph_(graph), network_(network) {}
  Dialect(const Dialect&) = delete;
  Dialect& operator=(const Dialect&) = delete;
  virtual ~Dialect() = default;

  /// The graph's input, a pixel b as b - 128 (I1).
  virtual std::string pixels() = 0;
  /// Sums (I6), (I7). Where float32 does not hold all partial sums, it holds those of the inputs before `cut` and those
  /// of the others.
  virtual std::string convolve(const std::string& layer, const std::string& x, const Kernel& kernel,
                               std::optional<Index> cut = {}) = 0;
  /// Codes (I8) under the name `layer`_activation.
  virtual std::string activate(const std::string& layer, const std::string& sums, const RisingLevels& levels) = 0;
  /// (I10): 1 where the channel's map of x sums up to more than half of what it can, of `pixels` pixels; [N, C, 1, 1].
  virtual std::string decide(const std::string& layer, const std::string& x, Index pixels) = 0;
  /// (I11): floor((x + i1) / 2), or their maximum where codes have one bit.
  virtual std::string halve(const std::string& layer, const std::string& x, const std::string& i1) = 0;
  /// (I12): i1 where s is 1, i0 elsewhere, under the name `layer`_mux.
  virtual std::string select(const std::string& layer, const std::string& s, const std::string& i1,
                             const std::string& i0) = 0;
  /// (I14): from the sums of all pixels [N, classes] to the graph's outputs.
  virtual void answer(const std::string& sums) = 0;
  /// A map of codes is complete; height and width are its own.
  virtual void tell(const std::string& /*codes*/, Index /*channels*/, Index /*height*/, Index /*width*/) {}

 protected:
  [[nodiscard]] Graph& graph() { return graph_; }
  [[nodiscard]] const IntegerNetwork& network() const { return network_; }
  std::string number(const std::string& name, float value) { return graph_.constant(name, {}, std::vector{value}); }
  /// Attributes of a convolution with stride 1 and a border of zeros, all written: some tools know no defaults.
  static Attributes conv_attributes(const Kernel& kernel);

 private:
  Graph& graph_;
  const IntegerNetwork& network_;
};

/// Says the whole network, layer by layer: the only place that knows their order. `ranges` are those of the network,
/// composed. Returns the layers whose sums float32 is not proved to hold for every picture, in two parts either. Throws
/// std::invalid_argument when a layer's name can be no identifier.
std::vector<std::string> say(const IntegerNetwork& network, const std::vector<SumRange>& ranges, Graph& graph,
                             Dialect& dialect);

}  // namespace mog::onnx
