// SLBF: networks of stacked low-dimensional binary filters (Lan and Lan, AAAI 2021), on ResNet-18 and VGG-16.
#pragma once

#include "models/model.hpp"

namespace mog {

struct SlbfOptions {
  Index maps = 64;             // n of the first stage or group, 1..1024
  Index parts = 4;             // s, of a layer's input channels: a divisor of n
  Index outputs_a_filter = 2;  // O / m, outputs of a layer for each of its filters: a divisor of n
  int bits = 3;                // k of the activations while they are codes, 1..8; the paper's stay floats
  Index classes = 10;          // 2..100000
};

/// ResNet-18 for small pictures, n maps wide:
///   conv 3x3 3->n, binary,
///   four stages of n, 2n, 4n and 8n maps, each of two blocks, see add_residual_stages: 3x3 convolutions of stacked
///   filters, 1x1 ones on the ways binary,
///   global average pooling, fully connected 8n->classes, binary, batch normalisation
/// The weights are scale-free; so the normalisation behind the last layer, which brings a bias, too.
/// Shapes  images [N, H, W, 3] with H and W multiples of 8, logits [N, classes].
template <class T>
class SlbfResnet18 : public Graph<T> {
 public:
  /// Throws std::invalid_argument unless the options describe a network that can be built.
  SlbfResnet18(Parameters<T>& parameters, const SlbfOptions& options);
};

/// VGG-16 for small pictures, n maps wide:
///   groups of 2, 2, 3, 3, 3 convolutions with n, 2n, 4n, 8n, 8n maps, see add_vgg_groups, all of stacked filters,
///   global average pooling, fully connected 8n->classes, binary, batch normalisation
/// The three channels of a picture are one part, of which the first convolution has m / s filters, at least 1: as many
/// bits for a weight as in the other layers.
/// Shapes  images [N, H, W, 3] with H and W multiples of 32, logits [N, classes].
template <class T>
class SlbfVgg16 : public Graph<T> {
 public:
  /// Throws std::invalid_argument unless the options describe a network that can be built.
  SlbfVgg16(Parameters<T>& parameters, const SlbfOptions& options);
};

/// Their lines in the list of models.
ModelKind slbf_resnet18_kind();
ModelKind slbf_vgg16_kind();

}  // namespace mog
