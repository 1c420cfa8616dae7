// Optimizer: what moves the parameters of a network along their gradients, and can be saved and restored.
#pragma once

#include <string>
#include <vector>

#include "layers/parameters.hpp"

namespace mog {

/// Moves all parameters of a network once per step(). The parameters must outlive it, and be complete when it is made.
template <class T>
class Optimizer {
 public:
  /// A tensor that the optimizer keeps between steps; a handle, so that restoring a run copies into it.
  struct State {
    std::string name;  // "adam.m.cflog1.squeeze.weight"
    Tensor<T> value;
  };

  explicit Optimizer(Parameters<T>& parameters) : parameters_(&parameters), known_(parameters.trained().size()) {}
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer() = default;

  /// One step along the gradients that the last backward pass left, which are then forgotten. Counts as one step,
  /// however many parameters there are; a parameter without a gradient stays as it is. Throws std::invalid_argument
  /// unless the learning rate is finite and not negative.
  void step(double learning_rate);
  /// Steps so far.
  [[nodiscard]] Index steps() const { return steps_; }
  /// Says how many steps the restored state has seen.
  void set_steps(Index steps);
  /// As newly made: no steps, all state zero.
  void restart();

  /// "adam", "sgd".
  [[nodiscard]] virtual const char* name() const = 0;
  [[nodiscard]] const std::vector<State>& state() const { return state_; }

 protected:
  /// Adds one zero tensor for each parameter, in their order: PREFIX.NAME. Returns the index of the first.
  std::size_t add_state(const std::string& prefix);
  /// Called at the beginning of a step, once; steps() counts this one already.
  virtual void begin(double learning_rate) = 0;
  /// Moves the parameter number i.
  virtual void update(std::size_t i, Parameter<T>& parameter) = 0;
  [[nodiscard]] const Tensor<T>& state_at(std::size_t i) const { return state_[i].value; }

 private:
  Parameters<T>* parameters_;
  std::size_t known_;  // parameters when it was made
  std::vector<State> state_;
  Index steps_ = 0;
};

}  // namespace mog
