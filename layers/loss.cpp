// Softmax cross-entropy, forward beside backward; batches are small here, so plain loops in double.
#include "layers/loss.hpp"

#include <algorithm>
#include <cmath>

#include "core/float_environment.hpp"

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

template <class T>
void require_soft(const Tensor<T>& logits, const SoftTargets<T>& soft) {
  const char* const operation = "softmax_cross_entropy";
  require(soft.label_smoothing >= 0 && soft.label_smoothing < 1, operation, ": label smoothing ", soft.label_smoothing,
          ", expected 0 <= it < 1");
  require(soft.weight >= 0 && soft.weight <= 1, operation, ": teacher's weight ", soft.weight, ", expected 0 to 1");
  require(soft.images == 0 || soft.images >= logits.rows(), operation, ": a mean over ", soft.images,
          " images, expected at least the ", logits.rows(), " here");
  require(soft.temperature > 0, operation, ": temperature ", soft.temperature, ", expected more than 0");
  require(soft.weight == 0 || !soft.teacher.empty(), operation, ": a teacher's weight ", soft.weight,
          " without a teacher's logits");
  if (!soft.teacher.empty()) require_shape(soft.teacher, logits.shape(), operation, "the teacher's logits");
}

/// softmax(row / t) and its logarithm, without exp() leaving its range.
template <class T>
class Softmax {
 public:
  Softmax(const T* row, Index classes, double temperature) : row_(row), temperature_(temperature) {
    largest_ = static_cast<double>(*std::max_element(row, row + classes)) / temperature;
    for (Index c = 0; c < classes; ++c) sum_ += std::exp(above_largest(c));
  }
  [[nodiscard]] double at(Index c) const { return std::exp(above_largest(c)) / sum_; }
  [[nodiscard]] double minus_log(Index c) const { return std::log(sum_) - above_largest(c); }

 private:
  [[nodiscard]] double above_largest(Index c) const { return row_[c] / temperature_ - largest_; }

  const T* row_;
  double temperature_, largest_, sum_ = 0;
};

/// One row of a batch: an image's logits, and where their slope goes.
template <class T>
struct Row {
  const T* logits;
  T* slope;
  Index classes;
  double images;  // in the batch, of whose losses the mean is taken
};

/// The image's loss against its smoothed label; writes the slope.
template <class T>
double label_loss(const Row<T>& row, Index label, const SoftTargets<T>& soft) {
  const Softmax<T> p(row.logits, row.classes, 1);
  const double each = soft.label_smoothing / static_cast<double>(row.classes), weight = 1 - soft.weight;
  double loss = 0;
  for (Index c = 0; c < row.classes; ++c) {
    const double target = each + (c == label ? 1 - soft.label_smoothing : 0);
    if (target > 0) loss += target * p.minus_log(c);
    row.slope[c] = static_cast<T>(weight * (p.at(c) - target) / row.images);
  }
  return weight * loss;
}

/// The image's loss against the teacher's answer; adds its slope.
template <class T>
double teacher_loss(const Row<T>& row, const T* teacher, const SoftTargets<T>& soft) {
  const double t = soft.temperature;
  const Softmax<T> p(row.logits, row.classes, t), q(teacher, row.classes, t);
  double divergence = 0;
  for (Index c = 0; c < row.classes; ++c) {
    divergence += q.at(c) * (p.minus_log(c) - q.minus_log(c));
    row.slope[c] += static_cast<T>(soft.weight * t * (p.at(c) - q.at(c)) / row.images);
  }
  return soft.weight * t * t * divergence;
}

}  // namespace

template <class T>
Variable<T> softmax_cross_entropy(Tape<T>& tape, const Variable<T>& logits, std::span<const std::int32_t> labels) {
  return softmax_cross_entropy(tape, logits, labels, SoftTargets<T>{});
}

template <class T>
Variable<T> softmax_cross_entropy(Tape<T>& tape, const Variable<T>& logits, std::span<const std::int32_t> labels,
                                  const SoftTargets<T>& soft) {
  const FloatEnvironment standard;
  const Tensor<T> z = logits.numbers();
  require_labels(z, labels, "softmax_cross_entropy");
  require_soft(z, soft);
  const Index rows = z.rows(), classes = z.channels(), images = soft.images == 0 ? rows : soft.images;
  const Tensor<T> slope = tape.make(logits.shape());  // dloss/dlogits
  double sum_of_losses = 0;
  for (Index n = 0; n < rows; ++n) {
    const Row<T> row{.logits = z.data() + n * classes,
                     .slope = slope.data() + n * classes,
                     .classes = classes,
                     .images = static_cast<double>(images)};
    sum_of_losses += label_loss(row, labels[static_cast<std::size_t>(n)], soft);
    if (!soft.teacher.empty()) sum_of_losses += teacher_loss(row, soft.teacher.data() + n * classes, soft);
  }
  const Tensor<T> loss = tape.make({1});
  loss[0] = static_cast<T>(sum_of_losses / static_cast<double>(images));

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
template Variable<float> softmax_cross_entropy(Tape<float>&, const Variable<float>&, std::span<const std::int32_t>,
                                               const SoftTargets<float>&);
template Variable<double> softmax_cross_entropy(Tape<double>&, const Variable<double>&, std::span<const std::int32_t>,
                                                const SoftTargets<double>&);
template Index count_correct(const Tensor<float>&, std::span<const std::int32_t>);
template Index count_correct(const Tensor<double>&, std::span<const std::int32_t>);

}  // namespace mog
