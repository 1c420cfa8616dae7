// The proof that every engine may run an integer network: it is complete, its sizes fit, and its sums stay in their types.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "deploy/runtime/ranges.hpp"

namespace mog {

/// Makes a layer's levels from the proven ranges of the sums that they compare; a layer of a residual block is named
/// "mrb1.a".
using LevelMaker = std::function<Thresholds(const std::string& layer, const SumRange& sums)>;

/// An integer network and the ranges of its sums, made by prove() alone: whoever takes one runs or writes it without
/// another check. Where a plain network is expected, it is one.
class ProvenNetwork {
 public:
  [[nodiscard]] const IntegerNetwork& network() const { return network_; }
  const IntegerNetwork* operator->() const { return &network_; }
  operator const IntegerNetwork&() const { return network_; }

  /// Every convolution in order, by intervals (I19), the head last.
  [[nodiscard]] const std::vector<SumRange>& sums() const { return sums_; }
  /// Those of the layer of this number: one of the first convolution, kCflogSums of a CFLOG, of a residual block twice
  /// as many, of a pool none.
  [[nodiscard]] std::span<const SumRange> sums(std::size_t layer) const {
    return std::span(sums_).subspan(first_[layer], first_[layer + 1] - first_[layer]);
  }

 private:
  friend ProvenNetwork prove(IntegerNetwork network, const LevelMaker& make_levels);
  ProvenNetwork(IntegerNetwork network, std::vector<SumRange> sums, std::vector<std::size_t> first)
      : network_(std::move(network)), sums_(std::move(sums)), first_(std::move(first)) {}

  IntegerNetwork network_;
  std::vector<SumRange> sums_;
  std::vector<std::size_t> first_;  // of each layer, and of the head
};

/// Throws std::invalid_argument, naming the layer, unless maps are no larger than kMostMapNumbers, sizes fit from layer
/// to layer, weights and levels are complete, levels ascend, and no sum, partial ones in any order included, can leave
/// 32 bits (nor the head's 64) for any picture (I21). The levels are the network's own or, where there is a maker, what
/// that makes of the sums.
ProvenNetwork prove(IntegerNetwork network, const LevelMaker& make_levels = {});

/// All sums in the same order, each CFLOG's second and third as one linear map of the codes that enter it, (I22) and
/// (I23): tighter, and m 9 C O steps a CFLOG.
std::vector<SumRange> composed_sums(const ProvenNetwork& network);

}  // namespace mog
