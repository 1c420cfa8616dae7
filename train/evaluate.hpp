// Evaluation: how well a network does on a data set, and the statistics it is evaluated with.
#pragma once

#include <vector>

#include "data/batches.hpp"
#include "data/dataset.hpp"
#include "models/network.hpp"

namespace mog {

struct EvaluateOptions {
  Index batch = 50;                // images at a time, at least 1
  bool keep_logits = false;        // whether the result holds them
  Tape<float>* tape = nullptr;     // whose arena to use; null makes one for the occasion
  Communicator* shards = nullptr;  // that share the images out; all have the result, without logits
};

struct Evaluation {
  Index images = 0;
  double loss = 0;      // mean cross-entropy
  double accuracy = 0;  // share of images whose largest logit is their class's, 0..1
  Index classes = 0;
  std::vector<Index> confusion;  // [classes, classes]: row the true class, column the one that was found
  Tensor<float> logits;          // [images, classes] in the data set's order; empty unless keep_logits
};

/// Runs the network in evaluation mode over all images. Throws std::invalid_argument when its classes are not the data
/// set's, NumericError when a logit is not finite.
Evaluation evaluate(const Network& network, Stage stage, const Dataset& data, const EvaluateOptions& options = {});

struct StatisticsOptions {
  Index epoch = 0;                 // whose batches are taken, from its first on, 0 or more
  Index batches = 100;             // at most so many; 0 leaves the statistics as they are
  Tape<float>* tape = nullptr;     // whose arena to use; null makes one for the occasion
  Communicator* shards = nullptr;  // whose batches these are, too: each has its part of them
};

/// Replaces the running statistics of all normalisations by their mean over some batches, under the weights as they are
/// now (Wu and Johnson, "Rethinking 'Batch' in BatchNorm", 2021): a running mean with momentum 0.99 needs some 500
/// steps to follow the weights. Throws what the network throws.
void estimate_statistics(const Network& network, Stage stage, Batches& batches, const StatisticsOptions& options = {});

}  // namespace mog
