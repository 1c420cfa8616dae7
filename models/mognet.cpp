// MOGNET, read like the paper's Fig. 1.
#include "models/mognet.hpp"

#include "layers/pooling.hpp"

namespace mog {
namespace {

// Beyond these a typing error is likelier than a machine that could train it: n = 2048 has some 440 million weights.
constexpr Index kMostMaps = 2048, kMostClasses = 100'000;

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

/// Tells the observer, if there is one, of an output without weights.
template <class T>
Variable<T> report(const Pass<T>& pass, const char* name, const char* kind, const Variable<T>& output) {
  if (pass.observer) pass.report({.name = name, .kind = kind, .precision = Precision::full}, output);
  return output;
}

}  // namespace

template <class T>
Mognet<T>::Mognet(Parameters<T>& p, const MognetOptions& options)
    : options_(checked(options)),
      conv_(p, "conv", {.in = 3, .out = options.maps, .kernel = 3, .precision = Precision::ternary}),
      conv_norm_(p, "conv.norm", {.channels = options.maps}),
      cflog1_(p, "cflog1", {.in = options.maps, .out = options.maps, .groups = options.groups, .layer = 0},
              options.bits),
      mrb1_(p, "mrb1", {.channels = options.maps, .groups = options.groups, .bits = options.bits, .layer = 1}),
      cflog2_(p, "cflog2", {.in = options.maps, .out = 2 * options.maps, .groups = options.groups, .layer = 3},
              options.bits),
      mrb2_(p, "mrb2", {.channels = 2 * options.maps, .groups = options.groups, .bits = options.bits, .layer = 4}),
      cflog3_(p, "cflog3", {.in = 2 * options.maps, .out = 4 * options.maps, .groups = options.groups, .layer = 6},
              options.bits),
      mrb3_(p, "mrb3", {.channels = 4 * options.maps, .groups = options.groups, .bits = options.bits, .layer = 7}),
      cflog4_(p, "cflog4", {.in = 4 * options.maps, .out = 4 * options.maps, .groups = options.groups, .layer = 9},
              options.bits),
      head_(p, "head", {.in = 4 * options.maps, .out = options.classes, .precision = options.head}),
      head_norm_(p, "head.norm", {.channels = options.classes}) {}

template <class T>
Variable<T> Mognet<T>::operator()(Pass<T>& pass, const Variable<T>& images) {
  Variable<T> x = conv_norm_.activated(pass, conv_(pass, images), options_.bits);
  x = report(pass, "conv.activation", "QReLU", x);

  x = report(pass, "pool1", "max-pool", max_pool(pass.tape, mrb1_(pass, cflog1_(pass, x))));
  x = report(pass, "pool2", "max-pool", max_pool(pass.tape, mrb2_(pass, cflog2_(pass, x))));
  x = report(pass, "pool3", "max-pool", max_pool(pass.tape, mrb3_(pass, cflog3_(pass, x))));

  x = cflog4_(pass, x);
  return global_average_pool(pass.tape, head_norm_(pass, head_(pass, x)));
}

template <class T>
std::vector<std::pair<std::string, CflogBlock<T>*>> Mognet<T>::blocks() {
  return {{"cflog1", &cflog1_},   {"mrb1.a", &mrb1_.a()}, {"mrb1.b", &mrb1_.b()}, {"cflog2", &cflog2_},
          {"mrb2.a", &mrb2_.a()}, {"mrb2.b", &mrb2_.b()}, {"cflog3", &cflog3_},   {"mrb3.a", &mrb3_.a()},
          {"mrb3.b", &mrb3_.b()}, {"cflog4", &cflog4_}};
}

template <class T>
std::vector<std::pair<std::string, Cflog<T>*>> Mognet<T>::cflogs() {
  std::vector<std::pair<std::string, Cflog<T>*>> all;
  for (const auto& [name, block] : blocks()) all.emplace_back(name, &block->cflog());
  return all;
}

template class Mognet<float>;
template class Mognet<double>;

}  // namespace mog
