// Softmax cross-entropy: the loss that the networks are trained with.
#pragma once

#include <cstdint>
#include <span>

#include "layers/pass.hpp"

namespace mog {

/// Mean over the batch of -log softmax(logits)[label].
///   backward  dlogits = (softmax(logits) - onehot(label)) / N
/// Shapes    logits [N, classes], labels N of them in 0..classes-1, result [1].  Saves  that gradient.
/// Throws    std::invalid_argument on a label out of range or another number of labels.
template <class T>
Variable<T> softmax_cross_entropy(Tape<T>& tape, const Variable<T>& logits, std::span<const std::int32_t> labels);

/// How many rows have their largest logit (the first of equals) at the label.
template <class T>
Index count_correct(const Tensor<T>& logits, std::span<const std::int32_t> labels);

}  // namespace mog
