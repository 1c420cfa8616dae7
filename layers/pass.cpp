// The names of the three runs, of slopes, and of what weight gradients are added up in.
#include "layers/pass.hpp"

namespace mog {

const char* name(Stage stage) {
  switch (stage) {
    case Stage::full_precision: return "full-precision";
    case Stage::quantized_weights: return "quantized-weights";
    case Stage::quantized: break;
  }
  return "quantized";
}

const char* name(QreluSlope slope) { return slope == QreluSlope::wide ? "wide" : "clipped"; }

const char* name(WeightGradients gradients) { return gradients == WeightGradients::floats ? "floats" : "blocks"; }

}  // namespace mog
