// Tape: define-by-run automatic differentiation of coarse operations over an arena that every step reuses.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "core/arena.hpp"
#include "core/tensor.hpp"

namespace mog {

/// Where the gradient of one tensor gathers. A handle: copies share one gradient. Default-made it is "no gradient
/// wanted", and adding to it does nothing, but an operation checks first (`if (dx)`) and saves the work.
template <class T>
class Gradient {
 public:
  Gradient() = default;
  explicit Gradient(Tensor<T>* slot) : slot_(slot) {}
  explicit operator bool() const { return slot_ != nullptr; }

  /// Gradients always add. The first contribution is kept as it is, without a copy, so `g` must not be written to
  /// afterwards. Throws std::invalid_argument when g has another shape than the first.
  void add(const Tensor<T>& g) const;
  /// What was added so far, for an operation that adds to it in place, which saves a pass over memory. Empty
  /// when there is nothing yet, or another handle shares it: then the operation computes its contribution by
  /// itself and calls add().
  [[nodiscard]] Tensor<T> so_far() const { return slot_ != nullptr && slot_->unique() ? *slot_ : Tensor<T>(); }
  /// Takes the gradient out; empty when nothing was added.
  [[nodiscard]] Tensor<T> take() const { return slot_ == nullptr ? Tensor<T>() : std::exchange(*slot_, Tensor<T>()); }

 private:
  Tensor<T>* slot_ = nullptr;
};

/// A tensor on its way through a network: its value, and where its gradient gathers. `{images}` is an input that wants
/// none; Parameter::variable() and Tape::leaf() make the others. Valid until the tape is reset, its value longer.
///
/// Whole numbers may stand in fewer bytes, and `value` is then empty: 0..255, the activations of a quantized network,
/// in `codes`, sums of 16 bits in `shorts`. An operation without a form for them reads numbers(), which serves all
/// three.
template <class T>
struct Variable {
  Tensor<T> value = {};
  Gradient<T> gradient = {};
  Tensor<std::uint8_t> codes = {};
  Tensor<std::int16_t> shorts = {};

  [[nodiscard]] const Shape& shape() const {
    return in_bytes() ? codes.shape() : in_shorts() ? shorts.shape() : value.shape();
  }
  [[nodiscard]] bool in_bytes() const { return !codes.empty(); }
  [[nodiscard]] bool in_shorts() const { return !shorts.empty(); }
  /// The value; where it stands in fewer bytes, a copy as numbers.
  [[nodiscard]] Tensor<T> numbers() const;
};

/// Records operations while the network runs, then replays them backwards.
///
/// An operation computes its result into `y = tape.make(shape)` and ends with
///     return tape.record(y, {x.gradient}, [&tape, dx_sum = x.gradient](const Tensor<T>& dy) {
///       const Tensor<T> dx = tape.make(dy.shape());
///       ...
///       dx_sum.add(dx);
///     });
/// What the closure captures is what the backward pass costs in memory; it is released as soon as the closure has run.
/// Capture tensors and gradients, not variables: a variable would keep its value alive.
///
/// All memory comes from the tape's arena: after the first training step of a given size a step takes none from the
/// system. A tape belongs to one thread; the operations themselves run on many.
template <class T>
class Tape {
 public:
  Tape() = default;
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;
  ~Tape() { reset(); }

  /// Uninitialised numbers that live as long as a handle on them.
  [[nodiscard]] Tensor<T> make(const Shape& shape) { return Tensor<T>(arena_, shape); }
  /// The same, of t's shape; in t's own memory when no other handle shares it, for a kernel that may work in place.
  [[nodiscard]] Tensor<T> make_over(const Tensor<T>& t) { return t.unique() ? t : make(t.shape()); }
  /// The same as make, of another type: masks, indices.
  template <class U>
  [[nodiscard]] Tensor<U> make_as(const Shape& shape) {
    return Tensor<U>(arena_, shape);
  }

  /// Off for evaluation: then nothing is kept for a backward pass, and values live only as long as the next operation
  /// needs them.
  void set_recording(bool on) { recording_ = on; }
  [[nodiscard]] bool recording() const { return recording_; }

  /// A variable whose gradient is wanted though no operation made it: an input under a gradient check.
  [[nodiscard]] Variable<T> leaf(const Tensor<T>& value) { return {value, Gradient<T>(new_slot())}; }
  [[nodiscard]] Variable<T> leaf(const Tensor<std::uint8_t>& codes) { return {{}, Gradient<T>(new_slot()), codes}; }

  /// Makes the result y of an operation on `inputs` a variable. `backward` is called with dy once it is complete,
  /// unless y never reached the loss. Nothing is recorded while recording is off, or when no input wants a gradient.
  template <std::invocable<const Tensor<T>&> Backward>
  Variable<T> record(Variable<T> y, std::initializer_list<Gradient<T>> inputs, Backward backward) {
    bool wanted = false;
    for (const Gradient<T>& input : inputs) wanted = wanted || input;
    if (!recording_ || !wanted) return y;
    y.gradient = Gradient<T>(new_slot());
    place<Operation<Backward>>(nodes_, y.gradient, std::move(backward));
    return y;
  }
  template <std::invocable<const Tensor<T>&> Backward>
  Variable<T> record(const Tensor<T>& y, std::initializer_list<Gradient<T>> inputs, Backward backward) {
    return record(Variable<T>{y}, inputs, std::move(backward));
  }

  /// Sends dloss/dloss = 1 backwards through everything recorded, and forgets it on the way. Throws
  /// std::invalid_argument unless the loss has one element and came from a variable that wants its gradient.
  void backward(const Variable<T>& loss);
  /// Sends the given gradient of y instead, of y's shape.
  void backward(const Variable<T>& y, const Tensor<T>& dy);
  /// Forgets what was recorded, at the end of a step. Gradients of parameters stay where they are.
  void reset();

  [[nodiscard]] Arena& arena() { return arena_; }

 private:
  /// An operation to replay, with whatever its closure captured.
  struct Node {
    virtual ~Node() = default;
    virtual void replay() = 0;
  };
  template <class Backward>
  struct Operation final : Node {
    Operation(Gradient<T> dy, Backward backward) : dy_(dy), backward_(std::move(backward)) {}
    void replay() override {
      if (const Tensor<T> dy = dy_.take(); !dy.empty()) backward_(dy);
    }
    Gradient<T> dy_;
    Backward backward_;
  };

  /// An object that lives in a block of the arena.
  template <class Object>
  struct Placed {
    Object* object;
    Storage memory;
  };
  template <class Object, class Base, class... Args>
  Object* place(std::vector<Placed<Base>>& list, Args&&... args) {
    static_assert(alignof(Object) <= Storage::kAlignment);
    Storage memory = arena_.take(sizeof(Object));
    auto* object = new (memory.data()) Object(std::forward<Args>(args)...);
    list.push_back({object, std::move(memory)});
    return object;
  }
  Tensor<T>* new_slot() { return place<Tensor<T>>(slots_); }

  Arena arena_;
  std::vector<Placed<Tensor<T>>> slots_;  // where gradients gather
  std::vector<Placed<Node>> nodes_;       // in the order of the forward pass
  bool recording_ = true;
};

/// Switches a tape's recording off while it lives: for passes without a backward pass.
template <class T>
class NotRecording {
 public:
  explicit NotRecording(Tape<T>& tape) : tape_(tape), before_(tape.recording()) { tape.set_recording(false); }
  NotRecording(const NotRecording&) = delete;
  NotRecording& operator=(const NotRecording&) = delete;
  ~NotRecording() { tape_.set_recording(before_); }

 private:
  Tape<T>& tape_;
  bool before_;
};

}  // namespace mog
