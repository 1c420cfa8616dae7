// Evaluation: how well a network does on a data set, and the statistics it is evaluated with.
#pragma once

#include <vector>

#include "data/batches.hpp"
#include "data/dataset.hpp"
#include "train/network.hpp"

namespace mog {

struct EvaluateOptions {
  Index batch = 50;             // images at a time, at least 1
  bool keep_logits = false;     // whether the result holds them
  Tape<float>* tape = nullptr;  // whose arena to use; null makes one for the occasion
};

struct Evaluation {
  Index images = 0;
  double loss = 0;      // mean cross-entropy
  double accuracy = 0;  // share of images whose largest logit is their class's, 0..1
  Index classes = 0;
  std::vector<Index> confusion;  // [classes, classes]: row the true class, column the one that was found
  Tensor<float> logits;          // [images, classes] in the data set's order; empty unless asked for
};

/// Runs the network in evaluation mode over all images. Throws std::invalid_argument when its classes are not the data
/// set's, NumericError when a logit is not finite.
Evaluation evaluate(const Network& network, Stage stage, const Dataset& data, const EvaluateOptions& options = {});

/// Replaces the running statistics of all normalisations by their mean over the first batches of an epoch, under the
/// weights as they are now (Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021): a running mean with momentum 0.99
/// needs some 500 steps to follow the weights. count: batches, more than there are taken as all.
void estimate_statistics(const Network& network, Stage stage, Batches& batches, Index epoch, Index count,
                         Tape<float>& tape);

}  // namespace mog
