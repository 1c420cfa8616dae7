// Parameters: every number that a network learns or keeps, by name, in one ordered place.
#pragma once

#include <deque>
#include <string>

#include "core/tape.hpp"
#include "core/tensor.hpp"

namespace mog {

/// What a weight becomes in the quantized runs: itself, {-1, +1} or {-1, 0, +1}.
enum class Precision { full, binary, ternary };

/// Storage that the packed network needs for one weight: 32, 1 or 2 bits.
int bits_per_weight(Precision precision);
const char* name(Precision precision);

/// One trained tensor. While the network is quantized, `value` holds the proxy weights that the optimiser moves.
template <class T>
struct Parameter {
  std::string name;
  Tensor<T> value;
  Precision precision = Precision::full;
  Tensor<T> step = {};      // ternary only: step size s of paper Eq. 5, shape [1]
  Tensor<T> gradient = {};  // dLoss/dvalue, empty until a backward pass reaches it

  /// The parameter as an operation's input.
  Variable<T> variable() { return {value, Gradient<T>(&gradient)}; }
};

/// Numbers that a network keeps but does not learn by gradient: running statistics.
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

/// The parameters and buffers of one network in the order in which its layers were made. Layers add theirs when they
/// are constructed and keep a pointer, so the list must outlive the network; addresses are stable. Names are unique:
/// "cflog1.squeeze.weight". Initial numbers are drawn from (seed, index), the index counting parameters.
template <class T>
class Parameters {
 public:
  explicit Parameters(std::uint64_t seed = 1) : seed_(seed) {}
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  /// A ternary parameter's step size begins as its initial weights ask. Throws std::invalid_argument when the name is
  /// taken or the shape is empty.
  Parameter<T>* add(const std::string& name, const Shape& shape, Initial initial,
                    Precision precision = Precision::full);
  Buffer<T>* add_buffer(const std::string& name, const Shape& shape, T value);

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  std::deque<Parameter<T>>& trained() { return trained_; }
  std::deque<Buffer<T>>& buffers() { return buffers_; }
  [[nodiscard]] const std::deque<Parameter<T>>& trained() const { return trained_; }
  [[nodiscard]] const std::deque<Buffer<T>>& buffers() const { return buffers_; }

  /// Forgets all gradients; the next step's contributions start anew.
  void clear_gradients();
  /// Paper Algorithm 1, lines 2 to 5: the step size of every ternary parameter from its proxy weights, at the start of
  /// an epoch. Throws NumericError when one is not positive (a third of the weights or more are 0) or a weight is NaN.
  void update_step_sizes();

 private:
  void require_new(const std::string& name) const;

  std::uint64_t seed_;
  std::deque<Parameter<T>> trained_;
  std::deque<Buffer<T>> buffers_;
};

}  // namespace mog
