// What an integer network's weights take.
#include "deploy/runtime/integer_network.hpp"

namespace mog {

Index weight_bits(const IntegerNetwork& network) {
  Index bits = network.head.weight.bits();
  const auto add = [&bits](const IntegerCflog& cflog) { bits += cflog.squeeze.bits() + cflog.group.bits(); };
  for (const IntegerLayer& layer : network.layers) {
    if (const auto* conv = std::get_if<IntegerConv>(&layer)) bits += conv->weight.bits();
    if (const auto* cflog = std::get_if<IntegerCflog>(&layer)) add(*cflog);
    if (const auto* mrb = std::get_if<IntegerMrb>(&layer)) {
      add(mrb->a);
      add(mrb->b);
    }
  }
  return bits;
}

}  // namespace mog
