// The two networks, and the options that they share.
#include "models/slbf.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "layers/stacked_filters.hpp"
#include "models/resnet.hpp"
#include "models/vgg.hpp"

namespace mog {
namespace {

constexpr Index kMostMaps = 1024, kMostParts = 64;

SlbfOptions checked(const std::string& model, const SlbfOptions& o) {
  require(o.maps >= 1 && o.maps <= kMostMaps, model, ": ", o.maps, " maps, expected 1 to ", kMostMaps);
  require(o.parts >= 1 && o.maps % o.parts == 0, model, ": s = ", o.parts, " parts, expected a divisor of ", o.maps,
          " maps");
  require(o.outputs_a_filter >= 1 && o.maps % o.outputs_a_filter == 0, model, ": m = 1/", o.outputs_a_filter,
          " of the outputs, expected a whole number of filters for ", o.maps, " maps");
  require(o.bits >= 1 && o.bits <= 8, model, ": k = ", o.bits, " activation bits, expected 1 to 8");
  require(o.classes >= 2 && o.classes <= kMostClasses, model, ": ", o.classes, " classes, expected 2 to ",
          kMostClasses);
  return o;
}

/// A layer's stacked filters: s parts, and a filter for each so many outputs.
template <class T>
WeightMaker<T> stacked(Index parts, Index outputs_a_filter) {
  return [=](Parameters<T>& parameters, const WeightRequest& request) {
    const Index filters = std::max<Index>(1, request.shape[-1] / outputs_a_filter);
    return stacked_filter_weights<T>({.parts = parts, .filters = filters})(parameters, request);
  };
}

/// What both networks end with.
template <class T>
void add_classes(Graph<T>& graph, Parameters<T>& p, Index in, Index classes) {
  graph.add("average", GlobalAveragePool{});
  graph.add("classes", ConvBlock<T>(p, "classes", {.in = in, .out = classes}, Following::nothing(), binary_weights<T>));
}

SlbfOptions options_of(const ModelWords& words, Index classes) {
  const std::string& share = words.at("m");  // "1/2"
  const std::size_t slash = share.find('/');
  return {.maps = *from_text<Index>(words.at("maps")),
          .parts = *from_text<Index>(words.at("s")),
          .outputs_a_filter = slash == std::string::npos ? 1 : *from_text<Index>(share.substr(slash + 1)),
          .bits = *from_text<int>(words.at("k")),
          .classes = classes};
}

std::vector<ModelOption> slbf_options() {
  return {
      {.name = "maps", .help = "Maps of the first stage", .fallback = "64", .least = 1, .most = kMostMaps},
      {.name = "s",
       .help = "Parts of a layer's input channels, a divisor of the maps",
       .fallback = "4",
       .least = 1,
       .most = kMostParts},
      {.name = "m",
       .help = "Shared filters of a layer, as a share of its outputs",
       .fallback = "1/2",
       .words = {"1", "1/2", "1/4", "1/8", "1/16"}},
      {.name = "k", .help = "Bits of an activation", .fallback = "3", .least = 1, .most = 8},
  };
}

template <class Network>
Graph<float> make(Parameters<float>& parameters, const ModelWords& words, Index classes) {
  return Network(parameters, options_of(words, classes));
}

}  // namespace

template <class T>
SlbfResnet18<T>::SlbfResnet18(Parameters<T>& p, const SlbfOptions& options) {
  const auto [maps, parts, outputs_a_filter, k, classes] = checked("slbf-resnet18", options);
  this->add("conv",
            ConvBlock<T>(p, "conv", {.in = 3, .out = maps, .kernel = 3}, Following::activation(k), binary_weights<T>));
  const Index in = add_residual_stages<T>(*this, p,
                                          {.stages = 4,
                                           .blocks = 2,
                                           .maps = maps,
                                           .bits = k,
                                           .weights = stacked<T>(parts, outputs_a_filter),
                                           .way = binary_weights<T>});
  add_classes<T>(*this, p, in, classes);
}

template <class T>
SlbfVgg16<T>::SlbfVgg16(Parameters<T>& p, const SlbfOptions& options) {
  const auto [maps, parts, outputs_a_filter, k, classes] = checked("slbf-vgg16", options);
  const Index in = add_vgg_groups<T>(*this, p,
                                     {.depths = {2, 2, 3, 3, 3},
                                      .maps = maps,
                                      .bits = k,
                                      .first = stacked<T>(1, outputs_a_filter * parts),
                                      .weights = stacked<T>(parts, outputs_a_filter)});
  add_classes<T>(*this, p, in, classes);
}

ModelKind slbf_resnet18_kind() {
  return {.name = "slbf-resnet18",
          .about = "Lan and Lan's ResNet-18 of stacked binary filters, which a layer's outputs share",
          .options = slbf_options(),
          .side_multiple = 8,
          .indices_count = true,
          .make = make<SlbfResnet18<float>>};
}

ModelKind slbf_vgg16_kind() {
  return {.name = "slbf-vgg16",
          .about = "the same of VGG-16",
          .options = slbf_options(),
          .side_multiple = 32,
          .make = make<SlbfVgg16<float>>};
}

template class SlbfResnet18<float>;
template class SlbfResnet18<double>;
template class SlbfVgg16<float>;
template class SlbfVgg16<double>;

}  // namespace mog
