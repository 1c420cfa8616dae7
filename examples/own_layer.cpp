// A layer of one's own with its gradient, checked against central differences.
#include <cmath>
#include <cstdio>
#include <mog/mog.hpp>

namespace {

/// Swish: y = x sigmoid(x);  dx = dy (sigmoid(x) + y (1 - sigmoid(x))). Saves x and y.
template <class T>
mog::Variable<T> swish(mog::Tape<T>& tape, const mog::Variable<T>& x) {
  const mog::Tensor<T> numbers = x.numbers(), y = tape.make(x.shape());
  for (mog::Index i = 0; i < y.elements(); ++i) y[i] = numbers[i] / (1 + std::exp(-numbers[i]));

  return tape.record(y, {x.gradient}, [&tape, x = numbers, y, dx_sum = x.gradient](const mog::Tensor<T>& dy) {
    const mog::Tensor<T> dx = tape.make(dy.shape());
    for (mog::Index i = 0; i < dx.elements(); ++i) {
      const T sigmoid = 1 / (1 + std::exp(-x[i]));
      dx[i] = dy[i] * (sigmoid + y[i] * (1 - sigmoid));
    }
    dx_sum.add(dx);
  });
}

}  // namespace

int main() {
  // The same code runs in double here, where a wrong gradient cannot hide behind rounding.
  const mog::GradientReport report = mog::check_gradients(
      [](mog::Tape<double>& tape, std::span<const mog::Variable<double>> in) { return swish(tape, in[0]); },
      {mog::random_tensor<double>({2, 3, 5}, /*seed=*/7)});
  std::printf("swish: largest error %.1e, %s\n", report.worst_absolute, report.passed ? "passed" : "FAILED");
  return report.passed ? 0 : 1;
}
