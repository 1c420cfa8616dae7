// Parameters: every number that a network learns or keeps, by name, in one ordered place.
#pragma once

#include <deque>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/tape.hpp"
#include "core/tensor.hpp"

namespace mog {

/// One trained tensor. While the network is quantized, `value` holds the proxy weights that the optimiser moves.
template <class T>
struct Parameter {
  std::string name;
  Tensor<T> value;
  bool decays = false;      // whether weight decay shrinks it: a weight, not a constant of a normalisation
  bool ranges = false;      // whether an activation's input is proportional to it: see divide_ranges
  Tensor<T> gradient = {};  // dLoss/dvalue, empty until a backward pass reaches it

  /// The parameter as an operation's input.
  Variable<T> variable() { return {value, Gradient<T>(&gradient)}; }
};

/// Numbers that a network keeps but does not learn by gradient: running statistics, step sizes.
template <class T>
struct Buffer {
  std::string name;
  Tensor<T> value;
};

/// How a parameter begins.
struct Initial {
  enum class Kind { constant, uniform } kind;
  double value;  // the constant, or the bound b of uniform(-b, b)

  static Initial constant(double value) { return {Kind::constant, value}; }
  static Initial uniform(double bound) { return {Kind::uniform, bound}; }
  /// Glorot and Bengio (AISTATS 2010), eq. 16, the Keras default: bound sqrt(6 / (fan_in + fan_out)).
  static Initial glorot(Index fan_in, Index fan_out);
};

/// More numbers than Parameters::set_limit allows.
struct TooManyParameters : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// The parameters and buffers of one network in the order in which its layers were made. Layers add theirs when they
/// are constructed and keep a pointer, so the list must outlive the network; addresses are stable. Names are unique:
/// "cflog1.squeeze.weight". Initial numbers are drawn from (seed, index), the index counting parameters.
template <class T>
class Parameters {
 public:
  explicit Parameters(std::uint64_t seed = 1) : seed_(seed) {}
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  /// Throws std::invalid_argument when the name is taken or the shape is empty.
  Parameter<T>* add(const std::string& name, const Shape& shape, Initial initial);
  Buffer<T>* add_buffer(const std::string& name, const Shape& shape, T value);
  /// Refuses to hold more numbers than this from now on: a network that a file describes has no more than the file.
  /// add() then throws TooManyParameters before it takes any memory.
  void set_limit(Index numbers) { limit_ = numbers; }
  /// Registers work for the beginning of each epoch: new step sizes, for example.
  void on_epoch(std::function<void()> work) { on_epoch_.push_back(std::move(work)); }

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  std::deque<Parameter<T>>& trained() { return trained_; }
  std::deque<Buffer<T>>& buffers() { return buffers_; }
  [[nodiscard]] const std::deque<Parameter<T>>& trained() const { return trained_; }
  [[nodiscard]] const std::deque<Buffer<T>>& buffers() const { return buffers_; }
  /// The parameter, or the buffer, of this name; null when there is none.
  [[nodiscard]] Parameter<T>* find(std::string_view name);
  [[nodiscard]] Buffer<T>* find_buffer(std::string_view name);

  /// Forgets all gradients; the next step's contributions start anew.
  void clear_gradients();
  /// Does the registered work, in the order of on_epoch. Throws what it throws.
  void begin_epoch();
  /// Whether this epoch is one of those that keep what others choose anew, see StagePlan::frozen_epochs: the trainer
  /// leaves begin_epoch() out, and a source that selects keeps its selection.
  void set_frozen(bool frozen) { frozen_ = frozen; }
  [[nodiscard]] bool frozen() const { return frozen_; }

 private:
  void require_new(const std::string& name) const;

  std::uint64_t seed_;
  Index limit_ = std::numeric_limits<Index>::max();
  Index numbers_ = 0;  // of all parameters
  std::deque<Parameter<T>> trained_;
  std::deque<Buffer<T>> buffers_;
  std::vector<std::function<void()>> on_epoch_;
  bool frozen_ = false;
};

}  // namespace mog
