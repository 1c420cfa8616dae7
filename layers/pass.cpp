// The names of the three runs.
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

}  // namespace mog
