// Central differences and closed forms, element by element.
#include "layers/gradient_check.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

namespace mog {
namespace {

/// Enters one element's gradient. `scale` is what an error is a share of.
void compare(GradientReport& report, const std::string& where, Index element, double backward, double expected,
             double scale, double tolerance) {
  ++report.checked;
  if (backward == expected || (std::isnan(backward) && std::isnan(expected))) return;
  const double error = std::abs(backward - expected), share = error / scale;
  const bool passed = share <= tolerance;  // false for NaN
  if (!passed) report.passed = false;
  report.worst_absolute = error > report.worst_absolute || std::isnan(error) ? error : report.worst_absolute;
  if (share > report.worst_relative || std::isnan(share)) {
    report.worst_relative = share;
    report.worst = concat(where, ", element ", element, ": ", backward, ", expected ", expected);
  }
}

std::vector<Variable<double>> without_gradients(const std::vector<Tensor<double>>& inputs) {
  std::vector<Variable<double>> variables;
  variables.reserve(inputs.size());
  for (const Tensor<double>& input : inputs) variables.push_back({input});
  return variables;
}

/// One tensor whose gradient is checked.
struct Checked {
  std::string name;
  Tensor<double> value, gradient;
};

/// Runs f forwards and backwards from dy = r; r is drawn once the result's shape is known.
std::vector<Checked> run_backward(const CheckedFunction& f, const std::vector<Tensor<double>>& inputs,
                                  const GradientOptions& options, Tensor<double>& y, Tensor<double>& r) {
  Tape<double> tape;
  std::vector<Variable<double>> leaves;
  leaves.reserve(inputs.size());
  for (const Tensor<double>& input : inputs) leaves.push_back(tape.leaf(input));
  if (options.parameters != nullptr) options.parameters->clear_gradients();
  const Variable<double> result = f(tape, leaves);
  y = result.value;
  r = random_tensor<double>(result.shape(), options.seed);
  tape.backward(result, r);

  std::vector<Checked> checked;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    checked.push_back({concat("input ", i), inputs[i], leaves[i].gradient.take()});
  }
  if (options.parameters != nullptr) {
    for (Parameter<double>& p : options.parameters->trained()) checked.push_back({p.name, p.value, p.gradient});
    options.parameters->clear_gradients();
  }
  return checked;
}

}  // namespace

GradientReport check_gradients(const CheckedFunction& f, const std::vector<Tensor<double>>& inputs,
                               const GradientOptions& options) {
  Tensor<double> y, r;
  const std::vector<Checked> tensors = run_backward(f, inputs, options, y, r);

  Tape<double> tape;
  tape.set_recording(false);
  const std::vector<Variable<double>> variables = without_gradients(inputs);
  const auto projected = [&] {
    const Tensor<double> value = f(tape, variables).value;
    double sum = 0;
    for (Index i = 0; i < value.elements(); ++i) sum += r[i] * value[i];
    return sum;
  };

  GradientReport report;
  Random random(options.seed, Purpose::user, 1);
  for (const Checked& tensor : tensors) {
    const Index all = tensor.value.elements();
    for (Index count = 0; count < std::min(all, options.elements); ++count) {
      const Index i = all <= options.elements ? count : Index{random.below(static_cast<std::uint64_t>(all))};
      double& x = tensor.value[i];
      const double before = x;
      x = before + options.step;
      const double above = projected();
      x = before - options.step;
      const double below = projected();
      x = before;
      const double expected = (above - below) / (2 * options.step);
      const double backward = tensor.gradient.empty() ? 0 : tensor.gradient[i];
      const double scale = std::max({std::abs(expected), std::abs(backward), options.absolute / options.relative});
      compare(report, tensor.name, i, backward, expected, scale, options.relative);
    }
  }
  return report;
}

GradientReport check_straight_through(const CheckedFunction& f, const std::vector<Tensor<double>>& inputs,
                                      const Surrogate& surrogate) {
  Tensor<double> y, dy;
  const std::vector<Checked> tensors = run_backward(f, inputs, {}, y, dy);
  GradientReport report;
  for (Index i = 0; i < y.elements(); ++i) compare(report, "result", i, y[i], surrogate.value(i), 1, 0);
  for (std::size_t input = 0; input < tensors.size(); ++input) {
    for (Index i = 0; i < tensors[input].value.elements(); ++i) {
      const double backward = tensors[input].gradient.empty() ? 0 : tensors[input].gradient[i];
      compare(report, tensors[input].name, i, backward, dy[i] * surrogate.slope(input, i), 1, 0);
    }
  }
  return report;
}

}  // namespace mog
