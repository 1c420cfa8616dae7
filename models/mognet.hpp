// MOGNET: the mux-residual quantized network leveraging online-generated weights (paper Fig. 1).
#pragma once

#include "layers/blocks.hpp"

namespace mog {

struct MognetOptions {
  Index maps = 128;                    // n, output maps of the first convolution; even, 2..2048
  Index groups = 4;                    // g of the 3x3 convolutions; divides n / 2
  int bits = 3;                        // k of the activations, 1..8 (the paper: 1..3)
  Index classes = 10;                  // 2..100000
  Precision head = Precision::binary;  // of the last 1x1 convolution: binary, or ternary
};

/// The network. Its automata are drawn from the parameters' seed.
///   conv 3x3 3->n,
///   [CFLOG n->n,   MRB n,  max-pool],
///   [CFLOG n->2n,  MRB 2n, max-pool],
///   [CFLOG 2n->4n, MRB 4n, max-pool],
///   CFLOG 4n->4n, conv 1x1 4n->classes, batch normalisation, global average pooling
/// Shapes  images [N, H, W, 3] with H and W multiples of 8, logits [N, classes].
template <class T>
class Mognet {
 public:
  Mognet(Parameters<T>& parameters, const MognetOptions& options);
  /// images: 8-bit pixels centred to -128..127 and scaled by 2^-7.
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& images);

  [[nodiscard]] const MognetOptions& options() const { return options_; }
  /// The ten CFLOGs, with what follows them, from first to last, and the names that their parameters begin with.
  std::vector<std::pair<std::string, CflogBlock<T>*>> blocks();
  /// The CFLOGs alone.
  std::vector<std::pair<std::string, Cflog<T>*>> cflogs();
  /// What stands before the CFLOGs, and behind them.
  [[nodiscard]] const Conv<T>& conv() const { return conv_; }
  [[nodiscard]] const BatchNorm<T>& conv_norm() const { return conv_norm_; }
  [[nodiscard]] const Conv<T>& head() const { return head_; }
  [[nodiscard]] const BatchNorm<T>& head_norm() const { return head_norm_; }

 private:
  MognetOptions options_;
  Conv<T> conv_;
  BatchNorm<T> conv_norm_;
  CflogBlock<T> cflog1_;
  Mrb<T> mrb1_;
  CflogBlock<T> cflog2_;
  Mrb<T> mrb2_;
  CflogBlock<T> cflog3_;
  Mrb<T> mrb3_;
  CflogBlock<T> cflog4_;
  Conv<T> head_;
  BatchNorm<T> head_norm_;
};

}  // namespace mog
