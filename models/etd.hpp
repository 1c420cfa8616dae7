// ETD: ResNets for small pictures whose 3x3 kernels are tensor trains (Yin et al., CVPR 2021); docs/etd.md.
#pragma once

#include <array>

#include "models/model.hpp"

namespace mog {

struct EtdOptions {
  int depth = 20;                // 20 or 32: 3 or 5 blocks in each of the three stages
  std::array<Index, 3> ranks{};  // middle ranks of a stage's trains, 1..64; 0: those of Table II for so many classes
  bool code_ranks = false;       // those of the public code instead, depth 32 only; then `ranks` has to be 0
  int bits = 3;                  // k of the activations where they are codes, which ETD's own stages do not do; 1..8
  Index classes = 10;            // 2..100000
};

/// The network:
///   conv 3x3 3->16,
///   three stages of 16, 32 and 64 maps, each of (depth - 2) / 6 blocks:
///     activation(BN(conv 3x3(activation(BN(conv 3x3(x))))) + way), way = x, or padded_shortcut(x) where the stage
///     begins with stride 2 and twice as many maps,
///   global average pooling, fully connected 64->classes
/// The blocks' kernels are TensorTrainWeights: dense in full precision, cores in the other stages. The first
/// convolution, normalisations and the last layer are never compressed.
/// Shapes  images [N, H, W, 3] with H and W multiples of 4, logits [N, classes].
template <class T>
class Etd : public Graph<T> {
 public:
  /// Throws std::invalid_argument unless the options are in range and fit each other.
  Etd(Parameters<T>& parameters, const EtdOptions& options);
};

/// Its lines in the list of models: etd-resnet20, etd-resnet32.
ModelKind etd_kind(int depth);

}  // namespace mog
