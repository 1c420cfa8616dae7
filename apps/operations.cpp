// Counts of operations from a layer's report, and the table of energies.
#include "apps/operations.hpp"

namespace mog::apps {

Operations& Operations::operator+=(const Operations& other) {
  multiplications += other.multiplications;
  additions += other.additions;
  one_bit += other.one_bit;
  return *this;
}

Operations operations_of(const LayerReport& layer, const Shape& output, bool of_signs) {
  if (layer.kind == "batch norm") return {.multiplications = output.elements(), .additions = output.elements()};
  const bool full = layer.weights.bits > 2;
  if (of_signs && layer.weights.bits == 1) return {.one_bit = layer.macs};
  return {.multiplications = full ? layer.macs : 0, .additions = layer.macs};
}

double energy_pj(const Operations& operations, Arithmetic arithmetic) {
  struct Energies {
    double addition, multiplication;  // pJ
  };
  constexpr Energies kFloat16{0.4, 1.1}, kFloat32{0.9, 3.7}, kInt32{0.1, 3.1};
  constexpr double kOneBit = 0.03 / 8;
  const Energies& e = arithmetic == Arithmetic::float16   ? kFloat16
                      : arithmetic == Arithmetic::float32 ? kFloat32
                                                          : kInt32;
  return static_cast<double>(operations.multiplications) * e.multiplication +
         static_cast<double>(operations.additions) * e.addition + static_cast<double>(operations.one_bit) * kOneBit;
}

}  // namespace mog::apps
