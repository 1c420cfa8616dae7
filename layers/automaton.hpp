// Weights that a cellular automaton generates: those of a CFLOG's last pointwise convolution.
#pragma once

#include "core/automaton.hpp"
#include "core/tensor.hpp"

namespace mog {

/// Weights of a generated pointwise convolution: w[t, o] = cell o of state t is alive ? +1 : -1, the first state being
/// t = 0. Shape [states, cells]: C = m latent maps in, O = cells out.
template <class T>
Tensor<T> generated_weights(Automaton automaton, Index states);

}  // namespace mog
