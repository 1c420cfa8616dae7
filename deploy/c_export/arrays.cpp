// Reorders weights for the exported C.
#include "deploy/c_export/arrays.hpp"

namespace mog::c_export {
namespace {

void set(std::uint8_t& byte, Index bit) { byte = static_cast<std::uint8_t>(byte | 1U << bit); }

}  // namespace

Bytes bits_of(const std::vector<std::uint8_t>& values) {
  Bytes bytes((values.size() + 7) / 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) set(bytes[i / 8], static_cast<Index>(i % 8));
  }
  return bytes;
}

Bytes pointwise_bits(const PackedWeights& weights, Index in, Index out, int sign) {
  const std::vector<std::int8_t> unpacked = unpack_weights(weights);
  const Index stride = (in + 7) / 8;
  Bytes bytes(static_cast<std::size_t>(out * stride));
  for (Index c = 0; c < in; ++c) {
    for (Index o = 0; o < out; ++o) {
      if (unpacked[static_cast<std::size_t>(c * out + o)] != sign) continue;
      set(bytes[static_cast<std::size_t>(o * stride + c / 8)], c % 8);
    }
  }
  return bytes;
}

Bytes conv3x3_bytes(const PackedWeights& weights, Index groups, Index inputs, Index outputs) {
  const std::vector<std::int8_t> unpacked = unpack_weights(weights);
  const Index quads = (inputs + 3) / 4;
  Bytes bytes(static_cast<std::size_t>(groups * 3 * quads * outputs * 3));
  for (Index i = 0; i < static_cast<Index>(unpacked.size()); ++i) {
    const int weight = unpacked[static_cast<std::size_t>(i)];
    if (weight == 0) continue;
    const Index output = i % outputs, input = i / outputs % inputs, tap = i / outputs / inputs % 9,
                group = i / outputs / inputs / 9;
    const Index byte = (((group * 3 + tap / 3) * quads + input / 4) * outputs + output) * 3 + tap % 3;
    set(bytes[static_cast<std::size_t>(byte)], input % 4 + (weight > 0 ? 0 : 4));
  }
  return bytes;
}

Bytes first_state(std::uint64_t seed, const IntegerCflog& cflog) {
  const std::vector<std::int8_t> weights = automaton_weights(seed, cflog.automaton, 1, cflog.out);
  std::vector<std::uint8_t> cells(weights.size());
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = weights[i] > 0 ? 1 : 0;
  return bits_of(cells);
}

}  // namespace mog::c_export
