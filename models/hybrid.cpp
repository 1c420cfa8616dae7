// The hybrid ResNet-20, block by block.
#include "models/hybrid.hpp"

#include "core/limits.hpp"
#include "core/text.hpp"

namespace mog {
namespace {

constexpr Index kMostMaps = 1024;

HybridOptions checked(const HybridOptions& o) {
  require(o.maps >= 1 && o.maps <= kMostMaps, "hybrid-resnet20: ", o.maps, " maps, expected 1 to ", kMostMaps);
  require(o.classes >= 2 && o.classes <= kMostClasses, "hybrid-resnet20: ", o.classes, " classes, expected 2 to ",
          kMostClasses);
  return o;
}

}  // namespace

template <class T>
HybridResnet20<T>::HybridResnet20(Parameters<T>& p, const HybridOptions& options) {
  const auto [maps, classes] = checked(options);
  const auto binary = [&](const std::string& name, int from, const ConvOptions& sizes) {
    return this->add(name, BinaryBlock<T>(p, name, sizes), {from});
  };

  int x = this->add("conv", ConvBlock<T>(p, "conv", {.in = 3, .out = maps, .kernel = 3}, Following::nothing()));
  Index in = maps;
  for (int stage = 0; stage < 3; ++stage) {
    const Index out = maps << stage;
    for (int block = 0; block < 3; ++block) {
      const std::string name = concat("stage", stage + 1, ".", block + 1);
      const int stride = in == out ? 1 : 2;
      const int a = binary(name + ".a", x, {.in = in, .out = out, .kernel = 3, .stride = stride});
      const int b = binary(name + ".b", a, {.in = out, .out = out, .kernel = 3});
      const int way = in == out ? x
                                : this->add(name + ".way",
                                            ConvBlock<T>(p, name + ".way", {.in = in, .out = out, .stride = stride},
                                                         Following::nothing()),
                                            {x});
      x = this->add(name + ".sum", ResidualSum<T>(name + ".sum", 0, false), {b, way});
      in = out;
    }
  }
  this->add("average", GlobalAveragePool{});
  this->add("classes", Linear<T>(p, "classes", {.in = in, .out = classes}));
}

ModelKind hybrid_resnet20_kind() {
  return {
      .name = "hybrid-resnet20",
      .about = "ResNet-20 of binary convolutions, its residual connections in full precision",
      .options = {{.name = "maps", .help = "Maps of the first stage", .fallback = "16", .least = 1, .most = kMostMaps}},
      .side_multiple = 4,
      .make = [](Parameters<float>& parameters, const ModelWords& words, Index classes) -> Graph<float> {
        return HybridResnet20<float>(parameters, {.maps = *from_text<Index>(words.at("maps")), .classes = classes});
      }};
}

template class HybridResnet20<float>;
template class HybridResnet20<double>;

}  // namespace mog
