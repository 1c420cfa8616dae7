// ResNet-20, block by block.
#include "models/resnet.hpp"

#include "core/limits.hpp"
#include "core/text.hpp"

namespace mog {
namespace {

constexpr Index kMostMaps = 1024;

Resnet20Options checked(const Resnet20Options& o) {
  require(o.maps >= 1 && o.maps <= kMostMaps, "resnet20: ", o.maps, " maps, expected 1 to ", kMostMaps);
  require(o.bits >= 1 && o.bits <= 8, "resnet20: k = ", o.bits, " activation bits, expected 1 to 8");
  require(o.classes >= 2 && o.classes <= kMostClasses, "resnet20: ", o.classes, " classes, expected 2 to ",
          kMostClasses);
  return o;
}

template <class T>
WeightMaker<T> maker_of(Resnet20Options::Weights weights) {
  switch (weights) {
    case Resnet20Options::Weights::binary: return binary_weights<T>;
    case Resnet20Options::Weights::ternary: return ternary_weights<T>;
    case Resnet20Options::Weights::full: break;
  }
  return plain_weights<T>;
}

}  // namespace

template <class T>
Index add_residual_stages(Graph<T>& graph, Parameters<T>& p, const ResidualStages<T>& stages) {
  const int k = stages.bits;
  const auto conv = [&](const std::string& name, int from, const ConvOptions& sizes, Following following) {
    const WeightMaker<T>& make = sizes.kernel == 1 ? stages.way : stages.weights;
    return graph.add(name, ConvBlock<T>(p, name, sizes, following, make), {from});
  };

  int x = static_cast<int>(graph.nodes().size()) - 1;
  Index in = stages.maps;
  for (int stage = 0; stage < stages.stages; ++stage) {
    const Index out = stages.maps << stage;
    for (int block = 0; block < stages.blocks; ++block) {
      const std::string name = concat("stage", stage + 1, ".", block + 1);
      const int stride = in == out ? 1 : 2;
      const int a =
          conv(name + ".a", x, {.in = in, .out = out, .kernel = 3, .stride = stride}, Following::activation(k));
      const int b = conv(name + ".b", a, {.in = out, .out = out, .kernel = 3}, Following::nothing());
      const int way =
          in == out ? x : conv(name + ".way", x, {.in = in, .out = out, .stride = stride}, Following::nothing());
      x = graph.add(name + ".sum", ResidualSum<T>(name + ".sum", k, way == x), {b, way});
      in = out;
    }
  }
  return in;
}

template <class T>
Resnet20<T>::Resnet20(Parameters<T>& p, const Resnet20Options& options) {
  const auto [maps, weights, k, classes] = checked(options);
  const WeightMaker<T> make = maker_of<T>(weights);
  this->add("conv", ConvBlock<T>(p, "conv", {.in = 3, .out = maps, .kernel = 3}, Following::activation(k)));
  const Index in = add_residual_stages<T>(
      *this, p, {.stages = 3, .blocks = 3, .maps = maps, .bits = k, .weights = make, .way = make});
  this->add("average", GlobalAveragePool{});
  this->add("classes", Linear<T>(p, "classes", {.in = in, .out = classes}));
}

ModelKind resnet20_kind() {
  const std::vector<std::string> words{"full", "binary", "ternary"};
  return {
      .name = "resnet20",
      .about = "He et al.'s for small pictures, its blocks with full, binary or ternary weights",
      .options = {{.name = "maps", .help = "Maps of the first stage", .fallback = "16", .least = 1, .most = kMostMaps},
                  {.name = "weights",
                   .help = "Weights of the residual blocks' convolutions",
                   .fallback = "full",
                   .words = words},
                  {.name = "k", .help = "Bits of an activation", .fallback = "3", .least = 1, .most = 8}},
      .side_multiple = 4,
      .make = [](Parameters<float>& parameters, const ModelWords& given, Index classes) -> Graph<float> {
        using Weights = Resnet20Options::Weights;
        const std::string& weights = given.at("weights");
        return Resnet20<float>(parameters, {.maps = *from_text<Index>(given.at("maps")),
                                            .weights = weights == "binary"    ? Weights::binary
                                                       : weights == "ternary" ? Weights::ternary
                                                                              : Weights::full,
                                            .bits = *from_text<int>(given.at("k")),
                                            .classes = classes});
      }};
}

template Index add_residual_stages(Graph<float>&, Parameters<float>&, const ResidualStages<float>&);
template Index add_residual_stages(Graph<double>&, Parameters<double>&, const ResidualStages<double>&);
template class Resnet20<float>;
template class Resnet20<double>;

}  // namespace mog
