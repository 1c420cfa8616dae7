// Hybrid binary networks: binary convolutions beside residual connections in full precision (arXiv 1902.00460).
#pragma once

#include "models/model.hpp"

namespace mog {

struct HybridOptions {
  Index maps = 16;     // n of the first stage, 1..1024
  Index classes = 10;  // 2..100000
};

/// ResNet-20 for small pictures, n maps wide:
///   BN(conv 3x3 3->n),
///   three stages of n, 2n and 4n maps, each of three blocks:
///     way + binary 3x3(binary 3x3(x)), see BinaryBlock; way = x, or BN(conv 1x1(x)) where the stage begins with stride 2
///     and twice as many maps,
///   global average pooling, fully connected 4n->classes
/// Full precision are the first and the last layer, the ways, and the sums, which no activation follows.
/// Shapes  images [N, H, W, 3] with H and W multiples of 4, logits [N, classes].
template <class T>
class HybridResnet20 : public Graph<T> {
 public:
  /// Throws std::invalid_argument unless the options are in range.
  HybridResnet20(Parameters<T>& parameters, const HybridOptions& options);
};

struct HybridVgg19Options {
  Index maps = 64;     // n of the first group, 1..1024
  bool binary = true;  // false: the ordinary VGG-19 that the paper compares with, see add_vgg_groups
  Index classes = 10;  // 2..100000
};

/// VGG-19 for small pictures, n maps wide:
///   BN(conv 3x3 3->n),
///   groups of 2, 2, 4, 4, 4 convolutions with n, 2n, 4n, 8n, 8n maps, a max-pool behind each. The first convolution is
///   one of them; the others are binary, two and two (in the first group the one that is left) with a way around them:
///     way + binary 3x3(binary 3x3(x)), see BinaryBlock; way = x, or BN(conv 1x1(x)) where the maps become more
///   global average pooling, fully connected 8n->classes
/// Full precision are the first and the last layer, the ways, and the sums, which no activation follows.
/// Shapes  images [N, H, W, 3] with H and W multiples of 32, logits [N, classes].
template <class T>
class HybridVgg19 : public Graph<T> {
 public:
  /// Throws std::invalid_argument unless the options are in range.
  HybridVgg19(Parameters<T>& parameters, const HybridVgg19Options& options);
};

/// Their lines in the list of models.
ModelKind hybrid_resnet20_kind();
ModelKind hybrid_vgg19_kind();

}  // namespace mog
