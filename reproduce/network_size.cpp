// One forward pass, observed.
#include "reproduce/network_size.hpp"

#include <map>
#include <tuple>

namespace mog {
namespace {

NetworkSize measure(const ModelChoice& choice) {
  const ModelKind& kind = choice.kind();
  Parameters<float> parameters;
  Graph<float> network = choice.make(parameters);
  Tape<float> tape;
  tape.set_recording(false);
  NetworkSize size;
  Pass<float> pass{.tape = tape, .stage = Stage::quantized, .training = false};
  pass.observer = [&](const LayerReport& layer, const Variable<float>&) {
    size.weight_bits += kind.counted_bits(layer);
    size.macs += layer.macs;
  };
  network(pass, {Tensor<float>::filled({1, 32, 32, 3}, 0)});
  return size;
}

}  // namespace

const NetworkSize& size_of(const ModelChoice& choice) {
  static std::map<std::tuple<std::string, ModelWords, Index>, NetworkSize> known;
  ModelWords words = choice.words;
  words.erase("k");  // changes none of it
  const auto key = std::make_tuple(choice.model, words, choice.classes);
  const auto found = known.find(key);
  return found != known.end() ? found->second : known.emplace(key, measure(choice)).first->second;
}

}  // namespace mog
