// ResNet-20 for small pictures (He et al., "Deep residual learning for image recognition", CVPR 2016, section 4.2).
#pragma once

#include "models/model.hpp"

namespace mog {

struct Resnet20Options {
  enum class Weights { full, binary, ternary };  // of the convolutions within the residual blocks

  Index maps = 16;  // of the first stage; 1..1024
  Weights weights = Weights::full;
  int bits = 3;  // k of the activations while they are codes, 1..8
  Index classes = 10;
};

/// The network, n maps wide:
///   conv 3x3 3->n,
///   three stages of n, 2n and 4n maps, each of three blocks:
///     activation(BN(conv 3x3(activation(BN(conv 3x3(x))))) + way), way = x, or BN(conv 1x1(x)) where the stage begins
///     with stride 2 and twice as many maps,
///   global average pooling, fully connected n->classes
/// The first convolution and the last layer keep weights in full precision, as is usual for quantized ResNets; a way
/// with a convolution is the paper's option B.
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
