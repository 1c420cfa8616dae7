// The three runs: what each quantizes, and their names.
#include "layers/pass.hpp"

#include <doctest/doctest.h>

#include <string>

using mog::Stage;

TEST_CASE("weights are quantized from the second run on, activations in the third") {
  mog::Tape<float> tape;
  const mog::Pass<float> full{.tape = tape, .stage = Stage::full_precision};
  const mog::Pass<float> weights{.tape = tape, .stage = Stage::quantized_weights};
  const mog::Pass<float> all{.tape = tape, .stage = Stage::quantized};
  CHECK_FALSE(full.quantized_weights());
  CHECK_FALSE(full.quantized_activations());
  CHECK(weights.quantized_weights());
  CHECK_FALSE(weights.quantized_activations());
  CHECK(all.quantized_weights());
  CHECK(all.quantized_activations());
}

TEST_CASE("the runs have names") {
  CHECK(std::string(name(Stage::full_precision)) == "full-precision");
  CHECK(std::string(name(Stage::quantized_weights)) == "quantized-weights");
  CHECK(std::string(name(Stage::quantized)) == "quantized");
}
