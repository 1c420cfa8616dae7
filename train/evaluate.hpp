// Evaluation: how well a network does on a data set.
#pragma once

#include <vector>

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

}  // namespace mog
