// The constants before activations, divided.
#include "train/activation_range.hpp"

namespace mog {

void divide_ranges(Parameters<float>& parameters, double range) {
  if (range == 1) return;
  for (Parameter<float>& parameter : parameters.trained()) {
    if (!parameter.ranges) continue;
    for (float& value : parameter.value.values()) value /= static_cast<float>(range);
  }
}

}  // namespace mog
