// CFLOG, read like the paper's Fig. 2: squeeze, group, expand.
#include "layers/cflog.hpp"

#include <type_traits>

namespace mog {
namespace {

CflogOptions checked(const std::string& name, const CflogOptions& o) {
  require(o.in >= 2 && o.in % 2 == 0, name, ": ", o.in, " input channels, expected an even number of at least 2");
  require(o.out >= 1, name, ": ", o.out, " output channels, expected at least 1");
  require(o.groups >= 1 && (o.in / 2) % o.groups == 0, name, ": ", o.groups, " groups, expected a divisor of ",
          o.in / 2, " latent maps");
  return o;
}

}  // namespace

template <class T>
Cflog<T>::Cflog(Parameters<T>& parameters, const std::string& name, const CflogOptions& options)
    : name_(name),
      options_(checked(name, options)),
      squeeze_(parameters, name + ".squeeze",
               {.in = options.in, .out = options.in / 2, .kernel = 1, .precision = Precision::binary}),
      group_(parameters, name + ".group",
             {.in = options.in / 2,
              .out = options.in / 2,
              .kernel = 3,
              .groups = options.groups,
              .precision = Precision::ternary}),
      generated_(generated_weights<T>(Automaton(options.out, parameters.seed(), options.layer, options.rule),
                                      options.in / 2)) {}

/// Where activations are codes, in integers; an observer wants to see each factor.
template <class T>
FixedProduct<T> Cflog<T>::product(Pass<T>& pass, const Variable<T>& x, bool shorts) {
  if constexpr (std::is_same_v<T, float>) {
    if (pass.quantized_activations() && !pass.observer) {
      const auto y = three_factors_of_codes(pass.tape, x,
                                            {.squeeze = squeeze_.weights(pass),
                                             .group = group_.weights(pass),
                                             .expand = generated_,
                                             .statistics = pass.training,
                                             .shorts = shorts});
      if (shorts && y && y->shorts.empty()) fits_shorts_ = false;
      if (y) return *y;
    }
  }
  FixedProduct<T> expanded = fixed_product(pass.tape, group_(pass, squeeze_(pass, x)), generated_);
  if (pass.observer) {
    pass.report({.name = name_ + ".expand",
                 .kind = "pointwise generated",
                 .precision = Precision::binary,
                 .generated = generated_.elements(),
                 .macs = expanded.y.value.rows() / expanded.y.shape()[0] * generated_.elements()},
                expanded.y);
  }
  return expanded;
}

template <class T>
void Cflog<T>::set_first_state(const std::vector<std::uint8_t>& state) {
  require(static_cast<Index>(state.size()) == options_.out, name_, ": a first state of ", state.size(),
          " cells, expected ", options_.out);
  generated_ = generated_weights<T>(Automaton(state, options_.rule), options_.in / 2);
}

template class Cflog<float>;
template class Cflog<double>;

}  // namespace mog
