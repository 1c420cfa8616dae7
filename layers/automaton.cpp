// One state of the automaton a row of weights.
#include "layers/automaton.hpp"

namespace mog {

template <class T>
Tensor<T> generated_weights(Automaton automaton, Index states) {
  require(states >= 1, "generated_weights: ", states, " states, expected at least 1");
  const Index cells = automaton.cells();
  Tensor<T> weights({states, cells});
  for (Index t = 0; t < states; ++t, automaton.step()) {
    for (Index o = 0; o < cells; ++o) weights[t * cells + o] = automaton.cell(o) ? T{1} : T{-1};
  }
  return weights;
}

template Tensor<float> generated_weights(Automaton, Index);
template Tensor<double> generated_weights(Automaton, Index);

}  // namespace mog
