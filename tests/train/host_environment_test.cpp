// Training, evaluation and lowering give the same bits in a host program that rounds otherwise, or drops small numbers.
#include "tests/support/host_environment.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "core/parallel.hpp"
#include "data/split.hpp"
#include "layers/linear.hpp"
#include "layers/loss.hpp"
#include "models/mognet.hpp"
#include "optim/adam.hpp"
#include "tests/train/tiny.hpp"
#include "train/evaluate.hpp"

using namespace mog;
using namespace mog::testing;

namespace {

void append(std::string& bytes, const void* from, std::size_t size) {
  bytes.append(static_cast<const char*>(from), size);
}
template <class T>
void append(std::string& bytes, const Tensor<T>& tensor) {
  append(bytes, tensor.data(), static_cast<std::size_t>(tensor.elements()) * sizeof(T));
}

/// A host's own loop through the three runs: every number that the parameters, their statistics, Adam, the losses and
/// an evaluation come to. Gradients are made small enough for Adam's second moments to be denormal.
std::string trained(int threads) {
  const ThreadLimit limit(threads);
  const DatasetPair data = hold_back(tiny_data(), 18);
  Parameters<float> parameters(7);
  TinyNet network(parameters);
  Linear<float> last(parameters, "last", {.in = kTinyClasses, .out = kTinyClasses, .bias = true});
  const auto answer = [&](Pass<float>& pass, const Variable<float>& images) {
    return last(pass, network(pass, images));
  };
  Adam<float> adam(parameters);
  Tape<float> tape;
  Batches batches = Batches::training(data.train, {.batch = 10, .seed = 3});
  Batch batch;
  std::string bytes;
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    parameters.begin_epoch();
    for (Index step = 0; step < 3; ++step) {
      batches.fill(0, step, batch);
      Pass<float> pass{.tape = tape, .stage = stage};
      const Variable<float> loss =
          softmax_cross_entropy<float>(tape, answer(pass, {batch.images, {}}), batch.labels, {.label_smoothing = 0.1});
      append(bytes, loss.value);
      tape.backward(loss, Tensor<float>::filled({1}, step == 1 ? 1e-19F : 1.0F));
      const double rate = Schedule::cosine(1e-3, 7).at(static_cast<double>(step));
      append(bytes, &rate, sizeof rate);
      adam.step(rate);
      tape.reset();
    }
    estimate_statistics(answer, stage, batches, {.epoch = 1, .batches = 3});
    const Evaluation result = evaluate(answer, stage, tiny_data().test, {.batch = 7, .keep_logits = true});
    append(bytes, &result.loss, sizeof result.loss);
    append(bytes, result.logits);
  }
  for (const auto& parameter : parameters.trained()) append(bytes, parameter.value);
  for (const auto& buffer : parameters.buffers()) append(bytes, buffer.value);
  for (const auto& state : adam.state()) append(bytes, state.value);
  return bytes;
}

}  // namespace

TEST_CASE("a host's own training loop comes to the same bits under each rounding, with and without small numbers") {
  const int before = threads();
  set_threads(3);
  const std::string expected = trained(1);
  REQUIRE(trained(3) == expected);
  for (const auto& setting : mog::test::host_settings()) {
    CAPTURE(setting.name);
    const mog::test::HostEnvironment host(setting);
    CHECK(trained(1) == expected);
    CHECK(trained(3) == expected);
  }
  set_threads(before);
}
