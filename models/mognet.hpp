// MOGNET: the mux-residual quantized network leveraging online-generated weights (paper Fig. 1).
#pragma once

#include "models/model.hpp"

namespace mog {

struct MognetOptions {
  enum class Head { binary, ternary };  // weights of the last convolution

  Index maps = 128;          // n, output maps of the first convolution; even, 2..2048
  Index groups = 4;          // g of the 3x3 convolutions; divides n / 2
  int bits = 3;              // k of the activations, 1..8 (the paper: 1..3)
  Index classes = 10;        // 2..100000
  Head head = Head::binary;  // of the last 1x1 convolution
};

/// The network. Its automata are drawn from the parameters' seed.
///   conv 3x3 3->n,
///   [CFLOG n->n,   MRB n,  max-pool],
///   [CFLOG n->2n,  MRB 2n, max-pool],
///   [CFLOG 2n->4n, MRB 4n, max-pool],
///   CFLOG 4n->4n, conv 1x1 4n->classes, batch normalisation, global average pooling
/// Shapes  images [N, H, W, 3] with H and W multiples of 8, logits [N, classes].
/// images: 8-bit pixels centred to -128..127 and scaled by 2^-7.
template <class T>
class Mognet : public Graph<T> {
 public:
  /// Throws std::invalid_argument unless the options describe a network that can be built.
  Mognet(Parameters<T>& parameters, const MognetOptions& options);

  /// The ten CFLOGs, with what follows them, from first to last, and the names that their parameters begin with.
  std::vector<std::pair<std::string, CflogBlock<T>*>> blocks();
};

/// The options as a checkpoint and a command line have them: n, g, k, head.
ModelWords words_of(const MognetOptions& options);
/// Its line in the list of models.
ModelKind mognet_kind();

}  // namespace mog
