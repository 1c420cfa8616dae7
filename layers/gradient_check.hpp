// Checks an operation's backward pass: smooth ones against central differences, straight-through ones in closed form.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "layers/parameters.hpp"

namespace mog {

/// An operation, or a network of them: makes its result from the inputs on the tape.
using CheckedFunction = std::function<Variable<double>(Tape<double>&, std::span<const Variable<double>>)>;

struct GradientOptions {
  double step = 1e-5;                        // h of (f(x + h) - f(x - h)) / 2h
  double absolute = 1e-6;                    // an element's gradient passes with an error up to this,
  double relative = 1e-5;                    // or up to this share of the larger of the two values
  Index elements = 100;                      // checked of each tensor; of a larger one as many are drawn
  std::uint64_t seed = 1;                    // of the projection and of that draw
  Parameters<double>* parameters = nullptr;  // trained ones that are checked beside the inputs
};

struct GradientReport {
  bool passed = true;
  Index checked = 0;          // elements
  double worst_absolute = 0;  // largest error
  double worst_relative = 0;  // largest error as a share of max(|backward|, |expected|, absolute / relative)
  std::string worst = {};     // where that was: "input 0, element 17: 0.5, expected 0.25"
};

/// Compares f's backward pass with central differences: the outputs are projected on a random direction r, and both
/// give the derivative of sum r y by each element of the inputs. f must be smooth within `step` of the inputs, and must
/// give the same result each time. Throws what f throws.
GradientReport check_gradients(const CheckedFunction& f, const std::vector<Tensor<double>>& inputs,
                               const GradientOptions& options = {});

/// What an elementwise straight-through operation states: the value of element i, and the slope that is used in place
/// of its derivative by element i of an input.
struct Surrogate {
  std::function<double(Index element)> value;
  std::function<double(std::size_t input, Index element)> slope;
};

/// Compares f's result with the surrogate's value, and its gradients for a random dy with dy slope: equal, or both NaN.
GradientReport check_straight_through(const CheckedFunction& f, const std::vector<Tensor<double>>& inputs,
                                      const Surrogate& surrogate);

}  // namespace mog
