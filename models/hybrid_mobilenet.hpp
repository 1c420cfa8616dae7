// Hybrid filter banks on MobileNet-V1: full-precision filters beside ternary sums of products (arXiv 1911.01028).
#pragma once

#include "models/model.hpp"

namespace mog {

struct HybridMobilenetOptions {
  Index maps = 32;          // n of the first layer, 1..128; 32 times the width multiplier
  double full_share = 0.5;  // alpha: filters in full precision, as a share of a pointwise layer's outputs; 0 < it <= 1
  double hidden_share = 1;  // r / O: products of a bank, as a share of the layer's outputs; 0 < it <= 4
  int bits = 3;             // k of the activations while they are codes, 1..8; the paper's stay floats
  Index classes = 10;       // 2..100000
};

/// MobileNet-V1 (Howard et al., 2017) for small pictures, n maps wide, its pointwise layers hybrid filter banks:
///   conv 3x3 3->n,
///   13 blocks of 2n, 4n/2, 4n, 8n/2, 8n, 16n/2, five of 16n, 32n/2, 32n maps (/2: stride 2), each
///     conv 3x3 depthwise, with the block's stride,
///     full: alpha O pointwise filters;  bank: BN(Wb x) of r maps, then Wc of the other O - alpha O;  behind each other,
///   global average pooling, fully connected 32n->classes
/// Wb and Wc are ternary, see ScaledTernaryWeights; each convolution but Wb is normalised and activated. With alpha = 1
/// there are no banks: MobileNet itself.
/// Shapes  images [N, H, W, 3] with H and W multiples of 16, logits [N, classes].
template <class T>
class HybridMobilenet : public Graph<T> {
 public:
  /// Throws std::invalid_argument unless the options are in range.
  HybridMobilenet(Parameters<T>& parameters, const HybridMobilenetOptions& options);
};

/// Its line in the list of models.
ModelKind hybrid_mobilenet_kind();

}  // namespace mog
