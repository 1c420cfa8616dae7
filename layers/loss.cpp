// Softmax cross-entropy, forward beside backward; batches are small here, so plain loops in double.
#include "layers/loss.hpp"

#include <algorithm>
#include <cmath>

namespace mog {
namespace {

template <class T>
void require_labels(const Tensor<T>& logits, std::span<const std::int32_t> labels, const char* operation) {
  require(logits.shape().rank() == 2 && logits.elements() > 0, operation, ": logits have shape ", logits.shape(),
          ", expected [N, classes]");
  require(static_cast<Index>(labels.size()) == logits.rows(), operation, ": ", labels.size(), " labels for ",
          logits.rows(), " rows of logits");
  for (const std::int32_t label : labels) {
    require(label >= 0 && label < logits.channels(), operation, ": label ", label, ", expected 0 to ",
            logits.channels() - 1);
  }
}

}  // namespace

template <class T>
Variable<T> softmax_cross_entropy(Tape<T>& tape, const Variable<T>& logits, std::span<const std::int32_t> labels) {
  const Tensor<T> z = logits.numbers();
  require_labels(z, labels, "softmax_cross_entropy");
  const Index rows = z.rows(), classes = z.channels();
  const Tensor<T> slope = tape.make(logits.shape());  // dloss/dlogits
  double sum_of_losses = 0;
  for (Index n = 0; n < rows; ++n) {
    const T* row = z.data() + n * classes;
    const Index label = labels[static_cast<std::size_t>(n)];
    const double largest = static_cast<double>(*std::max_element(row, row + classes));  // keeps exp() in range
    double sum = 0;
    for (Index c = 0; c < classes; ++c) sum += std::exp(row[c] - largest);
    sum_of_losses += std::log(sum) - (row[label] - largest);
    for (Index c = 0; c < classes; ++c) {
      const double softmax = std::exp(row[c] - largest) / sum;
      slope[n * classes + c] = static_cast<T>((softmax - (c == label ? 1 : 0)) / static_cast<double>(rows));
    }
  }
  const Tensor<T> loss = tape.make({1});
  loss[0] = static_cast<T>(sum_of_losses / static_cast<double>(rows));

  return tape.record(loss, {logits.gradient}, [&tape, slope, dlogits_sum = logits.gradient](const Tensor<T>& dloss) {
    const Tensor<T> dlogits = tape.make(slope.shape());
    for (Index i = 0; i < slope.elements(); ++i) dlogits[i] = dloss[0] * slope[i];
    dlogits_sum.add(dlogits);
  });
}

template <class T>
Index count_correct(const Tensor<T>& logits, std::span<const std::int32_t> labels) {
  require_labels(logits, labels, "count_correct");
  const Index classes = logits.channels();
  Index correct = 0;
  for (Index n = 0; n < logits.rows(); ++n) {
    const T* row = logits.data() + n * classes;
    if (std::max_element(row, row + classes) - row == labels[static_cast<std::size_t>(n)]) ++correct;
  }
  return correct;
}

template Variable<float> softmax_cross_entropy(Tape<float>&, const Variable<float>&, std::span<const std::int32_t>);
template Variable<double> softmax_cross_entropy(Tape<double>&, const Variable<double>&, std::span<const std::int32_t>);
template Index count_correct(const Tensor<float>&, std::span<const std::int32_t>);
template Index count_correct(const Tensor<double>&, std::span<const std::int32_t>);

}  // namespace mog
