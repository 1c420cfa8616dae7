// Classifies single pictures: the classes with their probabilities, largest first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/trained_mognet.hpp"

namespace mog::apps {

struct Guess {
  std::string name;
  double probability;  // softmax of the logits
};

/// pixels [height, width, 3], each a multiple of 8. Returns all classes.
std::vector<Guess> classify(TrainedMognet& trained, const std::uint8_t* pixels, Index height, Index width);

}  // namespace mog::apps
