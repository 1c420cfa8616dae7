// Softmax cross-entropy: the loss that the networks are trained with, against labels and against a teacher's answers.
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

/// Targets besides the label.
template <class T>
struct SoftTargets {
  double label_smoothing = 0;  // share of the target that all classes get in equal parts, 0 <= it < 1 (Szegedy et al.,
                               // "Rethinking the Inception architecture", CVPR 2016, section 7)
  Tensor<T> teacher = {};      // logits [N, classes] of another network for the same images; empty for none
  double weight = 0;           // of the teacher's part of the loss, 0..1
  double temperature = 1;      // by which both networks' logits are divided in that part, positive
  Index images = 0;            // of whose losses the mean is taken, where these are some of them; 0: these
};

/// With p = softmax(logits), p_t = softmax(logits / t), q_t = softmax(teacher / t), w the teacher's weight and target =
/// (1 - smoothing) onehot(label) + smoothing / classes, the mean over the batch of
///   (1 - w) sum target log(1 / p) + w t^2 sum q_t log(q_t / p_t)
/// (Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network", 2015; the first term is the cross-entropy
/// with the target, the second a Kullback-Leibler divergence, whose gradient t^2 keeps at the first one's size).
///   backward  dlogits = ((1 - w) (p - target) + w t (p_t - q_t)) / N
/// Throws also on soft targets out of range, and on a teacher's logits of another shape.
template <class T>
Variable<T> softmax_cross_entropy(Tape<T>& tape, const Variable<T>& logits, std::span<const std::int32_t> labels,
                                  const SoftTargets<T>& soft);

/// How many rows have their largest logit (the first of equals) at the label.
template <class T>
Index count_correct(const Tensor<T>& logits, std::span<const std::int32_t> labels);

}  // namespace mog
