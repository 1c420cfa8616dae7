// MOGNET, read like the paper's Fig. 1.
#include "models/mognet.hpp"

#include "core/limits.hpp"
#include "core/text.hpp"

namespace mog {
namespace {

// Beyond this a typing error is likelier than a machine that could train it: n = 2048 has some 440 million weights.
constexpr Index kMostMaps = 2048;

/// Throws unless the options describe a network that can be built.
MognetOptions checked(const MognetOptions& o) {
  require(o.maps >= 2 && o.maps <= kMostMaps && o.maps % 2 == 0, "mognet: n = ", o.maps,
          " output maps, expected an even number from 2 to ", kMostMaps);
  require(o.groups >= 1 && (o.maps / 2) % o.groups == 0, "mognet: g = ", o.groups,
          " groups, expected a divisor of n / 2 = ", o.maps / 2);
  require(o.bits >= 1 && o.bits <= 8, "mognet: k = ", o.bits, " activation bits, expected 1 to 8");
  require(o.classes >= 2 && o.classes <= kMostClasses, "mognet: ", o.classes, " classes, expected 2 to ", kMostClasses);
  return o;
}

MognetOptions options_of(const ModelWords& words, Index classes) {
  return {.maps = *from_text<Index>(words.at("n")),
          .groups = *from_text<Index>(words.at("g")),
          .bits = *from_text<int>(words.at("k")),
          .classes = classes,
          .head = words.at("head") == "binary" ? MognetOptions::Head::binary : MognetOptions::Head::ternary};
}

}  // namespace

template <class T>
Mognet<T>::Mognet(Parameters<T>& p, const MognetOptions& options) {
  const auto [n, g, k, classes, head] = checked(options);
  std::uint32_t automaton = 0;  // one for each CFLOG, in their order
  const auto cflog = [&, g = g, k = k](const std::string& name, Index in, Index out) {
    this->add(name, CflogBlock<T>(p, name, {.in = in, .out = out, .groups = g, .layer = automaton}, k));
    automaton += 1;
  };
  const auto mrb = [&, g = g, k = k](const std::string& name, Index channels) {
    this->add(name, Mrb<T>(p, name, {.channels = channels, .groups = g, .bits = k, .layer = automaton}));
    automaton += 2;
  };

  this->add("conv",
            ConvBlock<T>(p, "conv", {.in = 3, .out = n, .kernel = 3}, Following::activation(k), ternary_weights<T>));
  cflog("cflog1", n, n);
  mrb("mrb1", n);
  this->add("pool1", MaxPool{});

  cflog("cflog2", n, 2 * n);
  mrb("mrb2", 2 * n);
  this->add("pool2", MaxPool{});

  cflog("cflog3", 2 * n, 4 * n);
  mrb("mrb3", 4 * n);
  this->add("pool3", MaxPool{});

  cflog("cflog4", 4 * n, 4 * n);
  this->add("head", ConvBlock<T>(p, "head", {.in = 4 * n, .out = classes}, Following::nothing(),
                                 head == MognetOptions::Head::binary ? binary_weights<T> : ternary_weights<T>));
  this->add("average", GlobalAveragePool{});
}

template <class T>
std::vector<std::pair<std::string, CflogBlock<T>*>> Mognet<T>::blocks() {
  std::vector<std::pair<std::string, CflogBlock<T>*>> all;
  for (Node<T>& node : this->nodes()) {
    if (auto* block = std::get_if<CflogBlock<T>>(&node.kind)) all.emplace_back(node.name, block);
    if (auto* mrb = std::get_if<Mrb<T>>(&node.kind)) {
      all.emplace_back(node.name + ".a", &mrb->a());
      all.emplace_back(node.name + ".b", &mrb->b());
    }
  }
  return all;
}

ModelWords words_of(const MognetOptions& options) {
  return {{"n", to_text(options.maps)},
          {"g", to_text(options.groups)},
          {"k", to_text(options.bits)},
          {"head", options.head == MognetOptions::Head::binary ? "binary" : "ternary"}};
}

ModelKind mognet_kind() {
  return {.name = "mognet",
          .about = "the paper's: CFLOGs with generated weights, multiplexer residual blocks",
          .options = {{.name = "n",
                       .help = "Output maps of the first convolution, even",
                       .fallback = "128",
                       .least = 2,
                       .most = kMostMaps},
                      {.name = "g",
                       .help = "Groups of the 3x3 convolutions, a divisor of n / 2",
                       .fallback = "4",
                       .least = 1,
                       .most = kMostMaps},
                      {.name = "k", .help = "Bits of an activation", .fallback = "3", .least = 1, .most = 8},
                      {.name = "head",
                       .help = "Weights of the last convolution",
                       .fallback = "binary",
                       .words = {"binary", "ternary"}}},
          .side_multiple = 8,
          .make = [](Parameters<float>& parameters, const ModelWords& words, Index classes) -> Graph<float> {
            return Mognet<float>(parameters, options_of(words, classes));
          }};
}

template class Mognet<float>;
template class Mognet<double>;

}  // namespace mog
