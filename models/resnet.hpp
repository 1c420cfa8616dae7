// ResNet-20 for small pictures (He et al., "Deep residual learning for image recognition", CVPR 2016, section 4.2).
#pragma once

#include "models/model.hpp"

namespace mog {

/// Stages of residual blocks, as ResNets for small pictures have them.
template <class T>
struct ResidualStages {
  int stages, blocks;           // blocks: of each stage
  Index maps;                   // of the first stage; 1 or more
  int bits;                     // k of the activations while they are codes, 1..8
  WeightMaker<T> weights, way;  // of the 3x3 convolutions; of those on the way around a block
};

/// Adds them behind the graph's last node, which has `maps` maps: stages of n, 2n, 4n, ... maps, each block
///     activation(BN(conv 3x3(activation(BN(conv 3x3(x))))) + way), way = x, or BN(conv 1x1(x)) where a stage begins
///     with stride 2 and twice as many maps
/// A way with a convolution is the paper's option B. Nodes are called stageS.B.a, .b, .way and .sum, from 1. Returns
/// the number of the last one's maps.
template <class T>
Index add_residual_stages(Graph<T>& graph, Parameters<T>& parameters, const ResidualStages<T>& stages);

struct Resnet20Options {
  enum class Weights { full, binary, ternary };  // of the convolutions within the residual blocks

  Index maps = 16;  // of the first stage; 1..1024
  Weights weights = Weights::full;
  int bits = 3;  // k of the activations while they are codes, 1..8
  Index classes = 10;
};

/// The network, n maps wide:
///   conv 3x3 3->n,
///   three stages of n, 2n and 4n maps, each of three blocks, see add_residual_stages,
///   global average pooling, fully connected 4n->classes
/// The first convolution and the last layer keep weights in full precision, as is usual for quantized ResNets.
/// Shapes  images [N, H, W, 3] with H and W multiples of 4, logits [N, classes].
template <class T>
class Resnet20 : public Graph<T> {
 public:
  /// Throws std::invalid_argument unless the options are in range.
  Resnet20(Parameters<T>& parameters, const Resnet20Options& options);
};

/// Its line in the list of models.
ModelKind resnet20_kind();

}  // namespace mog
