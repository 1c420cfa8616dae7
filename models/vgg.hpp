// The convolutions of VGG networks (Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
// recognition", ICLR 2015), for small pictures.
#pragma once

#include <vector>

#include "models/model.hpp"

namespace mog {

template <class T>
struct VggGroups {
  std::vector<int> depths;        // convolutions of each group, 1 or more: 2, 2, 3, 3, 3 in VGG-16
  Index maps;                     // n of the first group, 1 or more; later ones have 2n, 4n, 8n, 8n, ...
  int bits;                       // k of the activations while they are codes, 1..8
  WeightMaker<T> first, weights;  // of the first convolution; of the others
};

/// Adds the groups to an empty graph, each of 3x3 convolutions, normalised and activated, and a max-pool. Nodes are
/// called groupG.C and poolG, from 1. Returns the number of the last one's maps.
/// Shapes  images [N, H, W, 3] with H and W multiples of 2^groups.
template <class T>
Index add_vgg_groups(Graph<T>& graph, Parameters<T>& parameters, const VggGroups<T>& groups);

}  // namespace mog
