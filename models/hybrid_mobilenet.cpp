// The hybrid MobileNet, block by block.
#include "models/hybrid_mobilenet.hpp"

#include <algorithm>
#include <cmath>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "layers/scaled_ternary.hpp"

namespace mog {
namespace {

constexpr Index kMostMaps = 128;
constexpr double kMostHidden = 4;

/// Maps of a block, over those of the first layer, and its stride.
struct MobilenetBlock {
  Index maps;
  int stride;
};
constexpr MobilenetBlock kBlocks[] = {{2, 1},  {4, 2},  {4, 1},  {8, 2},  {8, 1},  {16, 2}, {16, 1},
                                      {16, 1}, {16, 1}, {16, 1}, {16, 1}, {32, 2}, {32, 1}};

HybridMobilenetOptions checked(const HybridMobilenetOptions& o) {
  const char* const model = "hybrid-mobilenet";
  require(o.maps >= 1 && o.maps <= kMostMaps, model, ": ", o.maps, " maps, expected 1 to ", kMostMaps);
  require(o.full_share > 0 && o.full_share <= 1, model, ": alpha = ", o.full_share, ", expected 0 < alpha <= 1");
  require(o.hidden_share > 0 && o.hidden_share <= kMostHidden, model, ": r = ", o.hidden_share,
          " of the outputs, expected 0 < r <= ", kMostHidden);
  require(o.bits >= 1 && o.bits <= 8, model, ": k = ", o.bits, " activation bits, expected 1 to 8");
  require(o.classes >= 2 && o.classes <= kMostClasses, model, ": ", o.classes, " classes, expected 2 to ",
          kMostClasses);
  return o;
}

/// Of so many outputs, at least one.
Index share_of(double share, Index outputs) {
  return std::max<Index>(1, std::llround(share * static_cast<double>(outputs)));
}

/// Ternary weights that begin as StrassenNets' do: Xavier of magnitude 2, where Glorot's own bound has 3.
template <class T>
std::shared_ptr<WeightSource<T>> bank_weights(Parameters<T>& parameters, const WeightRequest& request) {
  WeightRequest smaller = request;
  smaller.initial.value *= std::sqrt(2.0 / 3.0);
  return scaled_ternary_weights(parameters, smaller);
}

/// Adds the pointwise layer C -> O of block `name` behind the graph's last node.
template <class T>
void add_filter_bank(Graph<T>& graph, Parameters<T>& p, const std::string& name, const ConvOptions& sizes,
                     const HybridMobilenetOptions& o) {
  const Following active = Following::activation(o.bits);
  const Index full = share_of(o.full_share, sizes.out), hidden = share_of(o.hidden_share, sizes.out);
  const int x = static_cast<int>(graph.nodes().size()) - 1;
  const int filters =
      graph.add(name + ".full", ConvBlock<T>(p, name + ".full", {.in = sizes.in, .out = full}, active), {x});
  if (full == sizes.out) return;
  graph.add(name + ".hidden",
            ConvBlock<T>(p, name + ".hidden", {.in = sizes.in, .out = hidden}, Following::nothing(), bank_weights<T>),
            {x});
  const int bank = graph.add(name + ".bank", ConvBlock<T>(p, name + ".bank", {.in = hidden, .out = sizes.out - full},
                                                          active, bank_weights<T>));
  graph.add(name + ".maps", Concatenation{}, {filters, bank});
}

/// "3/8" -> 0.375.
double fraction(const std::string& word) {
  const std::size_t slash = word.find('/');
  if (slash == std::string::npos) return *from_text<double>(word);
  return *from_text<double>(word.substr(0, slash)) / *from_text<double>(word.substr(slash + 1));
}

}  // namespace

template <class T>
HybridMobilenet<T>::HybridMobilenet(Parameters<T>& p, const HybridMobilenetOptions& options) {
  const HybridMobilenetOptions o = checked(options);
  const Following active = Following::activation(o.bits);
  this->add("conv", ConvBlock<T>(p, "conv", {.in = 3, .out = o.maps, .kernel = 3}, active));
  Index in = o.maps;
  int number = 0;
  for (const auto& [times, stride] : kBlocks) {
    const std::string name = concat("block", ++number);
    const Index out = times * o.maps;
    this->add(
        name + ".depth",
        ConvBlock<T>(p, name + ".depth", {.in = in, .out = in, .kernel = 3, .groups = in, .stride = stride}, active));
    add_filter_bank<T>(*this, p, name, {.in = in, .out = out}, o);
    in = out;
  }
  this->add("average", GlobalAveragePool{});
  this->add("classes", Linear<T>(p, "classes", {.in = in, .out = o.classes}));
}

ModelKind hybrid_mobilenet_kind() {
  return {
      .name = "hybrid-mobilenet",
      .about = "MobileNet-V1 for small pictures, pointwise filters in full precision beside ternary sums of products",
      .options = {{.name = "width",
                   .help = "Width multiplier of a MobileNet",
                   .fallback = "1/2",
                   .words = {"1", "1/2", "1/4", "1/8"}},
                  {.name = "alpha",
                   .help = "Filters of a pointwise layer in full precision, as a share of its outputs; 1: no banks",
                   .fallback = "1/2",
                   .words = {"1/4", "3/8", "1/2", "1"}},
                  {.name = "r",
                   .help = "Products of a ternary bank, as a share of the layer's outputs",
                   .fallback = "1",
                   .words = {"1/2", "1"}},
                  {.name = "k", .help = "Bits of an activation", .fallback = "3", .least = 1, .most = 8}},
      .side_multiple = 16,
      .full_bits = 16,
      .channel_numbers = 1,
      .in_floats = {{"alpha", "1"}},
      .make = [](Parameters<float>& parameters, const ModelWords& words, Index classes) -> Graph<float> {
        return HybridMobilenet<float>(parameters, {.maps = std::llround(32 * fraction(words.at("width"))),
                                                   .full_share = fraction(words.at("alpha")),
                                                   .hidden_share = fraction(words.at("r")),
                                                   .bits = *from_text<int>(words.at("k")),
                                                   .classes = classes});
      }};
}

template class HybridMobilenet<float>;
template class HybridMobilenet<double>;

}  // namespace mog
