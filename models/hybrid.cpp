// The hybrid ResNet-20, block by block, and the hybrid VGG-19, pair by pair.
#include "models/hybrid.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "models/vgg.hpp"

namespace mog {
namespace {

constexpr Index kMostMaps = 1024;

template <class Options>
Options checked(const char* model, const Options& o) {
  require(o.maps >= 1 && o.maps <= kMostMaps, model, ": ", o.maps, " maps, expected 1 to ", kMostMaps);
  require(o.classes >= 2 && o.classes <= kMostClasses, model, ": ", o.classes, " classes, expected 2 to ",
          kMostClasses);
  return o;
}

/// Where a way around convolutions begins: a node, and how many maps it has.
struct Way {
  int from;
  Index maps;
};

/// Adds the way around what ends at the last node, of `out` maps, and the sum at their end, NAME.way and NAME.sum.
/// Returns the sum's position.
template <class T>
int add_way(Graph<T>& graph, Parameters<T>& p, const std::string& name, const Way& way, const ConvOptions& sizes) {
  const int end = static_cast<int>(graph.nodes().size()) - 1;
  const int past =
      way.maps == sizes.out
          ? way.from
          : graph.add(name + ".way", ConvBlock<T>(p, name + ".way", sizes, Following::nothing()), {way.from});
  return graph.add(name + ".sum", ResidualSum<T>(name + ".sum", 0, false), {end, past});
}

}  // namespace

template <class T>
HybridResnet20<T>::HybridResnet20(Parameters<T>& p, const HybridOptions& options) {
  const auto [maps, classes] = checked("hybrid-resnet20", options);
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
      binary(name + ".b", a, {.in = out, .out = out, .kernel = 3});
      x = add_way<T>(*this, p, name, {.from = x, .maps = in}, {.in = in, .out = out, .stride = stride});
      in = out;
    }
  }
  this->add("average", GlobalAveragePool{});
  this->add("classes", Linear<T>(p, "classes", {.in = in, .out = classes}));
}

namespace {

const std::vector<int> kVgg19{2, 2, 4, 4, 4};  // convolutions of each group

/// Adds the groups to an empty graph. Returns the number of the last one's maps.
template <class T>
Index add_hybrid_groups(Graph<T>& graph, Parameters<T>& p, Index maps) {
  Way way{.from = graph.add("group1.1",
                            ConvBlock<T>(p, "group1.1", {.in = 3, .out = maps, .kernel = 3}, Following::nothing())),
          .maps = maps};
  Index in = maps;
  for (std::size_t group = 0; group < kVgg19.size(); ++group) {
    const Index out = maps << std::min<std::size_t>(group, 3);
    for (int i = group == 0 ? 2 : 1; i <= kVgg19[group]; ++i) {
      const std::string name = concat("group", group + 1, ".", i);
      graph.add(name, BinaryBlock<T>(p, name, {.in = in, .out = out, .kernel = 3}));
      in = out;
      if (i % 2 != 0) continue;
      way = {.from = add_way<T>(graph, p, name, way, {.in = way.maps, .out = out}), .maps = out};
    }
    way.from = graph.add(concat("pool", group + 1), MaxPool{});
  }
  return in;
}

}  // namespace

template <class T>
HybridVgg19<T>::HybridVgg19(Parameters<T>& p, const HybridVgg19Options& options) {
  const auto [maps, binary, classes] = checked("hybrid-vgg19", options);
  constexpr int kCodes = 8;  // bits of the ordinary network's activations, where somebody quantizes them
  const Index in = binary ? add_hybrid_groups<T>(*this, p, maps)
                          : add_vgg_groups<T>(*this, p,
                                              {.depths = kVgg19,
                                               .maps = maps,
                                               .bits = kCodes,
                                               .first = plain_weights<T>,
                                               .weights = plain_weights<T>});
  this->add("average", GlobalAveragePool{});
  this->add("classes", Linear<T>(p, "classes", {.in = in, .out = classes}));
}

ModelKind hybrid_vgg19_kind() {
  return {
      .name = "hybrid-vgg19",
      .about = "the same of VGG-19",
      .options = {{.name = "maps", .help = "Maps of the first group", .fallback = "64", .least = 1, .most = kMostMaps},
                  {.name = "weights",
                   .help = "Weights of the convolutions but the first; full: the ordinary VGG-19",
                   .fallback = "binary",
                   .words = {"binary", "full"}}},
      .side_multiple = 32,
      .channel_numbers = 4,
      .in_floats = {{"weights", "full"}},
      .make = [](Parameters<float>& parameters, const ModelWords& words, Index classes) -> Graph<float> {
        return HybridVgg19<float>(parameters, {.maps = *from_text<Index>(words.at("maps")),
                                               .binary = words.at("weights") == "binary",
                                               .classes = classes});
      }};
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
template class HybridVgg19<float>;
template class HybridVgg19<double>;

}  // namespace mog
