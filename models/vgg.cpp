// VGG, group by group.
#include "models/vgg.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace mog {

template <class T>
Index add_vgg_groups(Graph<T>& graph, Parameters<T>& p, const VggGroups<T>& groups) {
  Index in = 3;
  for (std::size_t group = 0; group < groups.depths.size(); ++group) {
    const Index out = groups.maps << std::min<std::size_t>(group, 3);
    for (int i = 1; i <= groups.depths[group]; ++i) {
      const std::string name = concat("group", group + 1, ".", i);
      const WeightMaker<T>& make = graph.nodes().empty() ? groups.first : groups.weights;
      graph.add(name,
                ConvBlock<T>(p, name, {.in = in, .out = out, .kernel = 3}, Following::activation(groups.bits), make));
      in = out;
    }
    graph.add(concat("pool", group + 1), MaxPool{});
  }
  return in;
}

template Index add_vgg_groups(Graph<float>&, Parameters<float>&, const VggGroups<float>&);
template Index add_vgg_groups(Graph<double>&, Parameters<double>&, const VggGroups<double>&);

}  // namespace mog
