// One forward pass, observed: of a small picture, as all layers' maps grow with the picture alike.
#include "reproduce/network_size.hpp"

#include <map>
#include <tuple>

namespace mog {
namespace {

NetworkSize measure(const MognetOptions& options) {
  constexpr Index kSide = 8, kPictures = 32 * 32 / (kSide * kSide);  // so many of them are one of 32 x 32 pixels
  Parameters<float> parameters;
  Mognet<float> network(parameters, options);
  Tape<float> tape;
  tape.set_recording(false);
  NetworkSize size;
  Pass<float> pass{.tape = tape, .stage = Stage::quantized, .training = false};
  pass.observer = [&](const LayerReport& layer, const Variable<float>&) {
    size.weight_bits += layer.weight_bits();
    size.macs += kPictures * layer.macs;
  };
  network(pass, {Tensor<float>::filled({1, kSide, kSide, 3}, 0)});
  return size;
}

}  // namespace

const NetworkSize& size_of(const MognetOptions& options) {
  static std::map<std::tuple<Index, Index, Index, MognetOptions::Head>, NetworkSize> known;  // k changes none of it
  const auto key = std::make_tuple(options.maps, options.groups, options.classes, options.head);
  const auto found = known.find(key);
  return found != known.end() ? found->second : known.emplace(key, measure(options)).first->second;
}

}  // namespace mog
