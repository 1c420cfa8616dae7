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

/// The expansion, of m latent maps and as many outputs as the automaton has cells.
template <class T>
Conv<T> expansion(Parameters<T>& parameters, const std::string& name, Index latents, const Automaton& automaton) {
  return {parameters, name + ".expand", {.in = latents, .out = automaton.cells()}, [&](auto&, const auto& request) {
            return std::make_shared<GeneratedWeights<T>>(automaton, request);
          }};
}

}  // namespace

template <class T>
Cflog<T>::Cflog(Parameters<T>& parameters, const std::string& name, const CflogOptions& options)
    : name_(name),
      options_(checked(name, options)),
      squeeze_(parameters, name + ".squeeze", {.in = options.in, .out = options.in / 2}, binary_weights<T>),
      group_(parameters, name + ".group",
             {.in = options.in / 2, .out = options.in / 2, .kernel = 3, .groups = options.groups}, ternary_weights<T>),
      expand_(expansion(parameters, name, options.in / 2,
                        Automaton(options.out, parameters.seed(), options.layer, options.rule))) {}

/// Where activations are codes, in integers; each factor is computed apart, besides, for an observer who wants to see
/// it.
template <class T>
FixedProduct<T> Cflog<T>::product(Pass<T>& pass, const Variable<T>& x, bool shorts) {
  if constexpr (std::is_same_v<T, float>) {
    if (pass.quantized_activations()) {
      const auto y = three_factors_of_codes(pass.tape, x,
                                            {.squeeze = squeeze_.weights(pass),
                                             .group = group_.weights(pass),
                                             .expand = expand_.weights(pass).value,
                                             .statistics = pass.training,
                                             .shorts = shorts,
                                             .weight_gradients = pass.weight_gradients});
      if (shorts && y && !y->y.in_shorts()) fits_shorts_ = false;
      if (y && pass.observer) {
        const NotRecording guard(pass.tape);
        expand_(pass, group_(pass, squeeze_(pass, x)));
      }
      if (y) return *y;
    }
  }
  const Variable<T> latent = group_(pass, squeeze_(pass, x));
  return {.y = expand_(pass, latent), .dx = latent.gradient, .w = expand_.weights(pass).value};
}

template <class T>
void Cflog<T>::set_first_state(const std::vector<std::uint8_t>& state) {
  require(static_cast<Index>(state.size()) == options_.out, name_, ": a first state of ", state.size(),
          " cells, expected ", options_.out);
  Parameters<T> none;  // a generated weight is no parameter
  expand_ = expansion(none, name_, options_.in / 2, Automaton(state, options_.rule));
}

template class Cflog<float>;
template class Cflog<double>;

}  // namespace mog
