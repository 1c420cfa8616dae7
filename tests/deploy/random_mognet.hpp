// A MOGNET with random weights whose normalisations fit its sums and have scales of both signs, and zero: an untrained
// network in which every code occurs.
#pragma once

#include "core/random.hpp"
#include "models/mognet.hpp"

namespace mog::testing {

struct RandomMognet {
  Parameters<float> parameters;
  Mognet<float> network;

  explicit RandomMognet(const MognetOptions& options, std::uint64_t seed = 1, Index side = 16)
      : parameters(seed), network(parameters, options) {
    Tape<float> tape;
    tape.set_recording(false);
    for (int t = 0; t < 4; ++t) {  // running statistics: the mean over four batches
      Pass<float> pass{.tape = tape, .stage = Stage::quantized, .momentum_limit = t / (t + 1.0)};
      network(pass, {random_tensor<float>({8, side, side, 3}, seed + static_cast<std::uint64_t>(t))});
    }
    Random random(seed, Purpose::user);
    for (auto& parameter : parameters.trained()) {
      const bool gamma = parameter.name.ends_with(".gamma"), beta = parameter.name.ends_with(".beta");
      for (Index i = 0; (gamma || beta) && i < parameter.value.elements(); ++i) {
        parameter.value[i] = gamma ? (i % 11 == 5 ? 0.0F : random.uniform(-1.0F, 1.5F)) : random.uniform(-0.2F, 0.9F);
      }
    }
  }
};

inline std::vector<std::uint8_t> random_pixels(Index count, std::uint64_t seed) {
  Random random(seed, Purpose::user);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(count));
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(random.bits() >> 24);
  return pixels;
}

}  // namespace mog::testing
