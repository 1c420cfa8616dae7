// CFLOG: convolution factorization leveraging online-generated weights (paper section III.B, Fig. 2).
#pragma once

#include "layers/cflog_product.hpp"
#include "layers/conv.hpp"

namespace mog {

struct CflogOptions {
  Index in;                 // C, even
  Index out;                // O
  Index groups;             // g of the 3x3 convolution, divides m = C / 2
  std::uint32_t layer = 0;  // which automaton this is: its first state is drawn from (the parameters' seed, layer)
  int rule = 30;            // of the automaton
};

/// A 3x3 convolution C -> O in three factors with nothing in between:
///   squeeze   pointwise C -> m = C / 2, binary, learned
///   group     3x3 m -> m in g groups, ternary, learned
///   expand    pointwise m -> O, weights -1 and +1 from O cells of a cellular automaton over m states: neither stored
///             nor trained
/// Shapes  x [N, H, W, C], y [N, H, W, O].  Owns NAME.squeeze.weight, NAME.group.weight.  Throws std::invalid_argument
/// when C is odd or g does not divide m.
template <class T>
class Cflog {
 public:
  Cflog(Parameters<T>& parameters, const std::string& name, const CflogOptions& options);
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& x) { return product(pass, x, false).y; }
  /// The same as the expansion's product, for the normalisation after it. y's numbers are in 16 bits until these once
  /// do not hold one: that step, and every later one, writes floats, and takes the memory of a float map besides.
  FixedProduct<T> product(Pass<T>& pass, const Variable<T>& x) { return product(pass, x, fits_shorts_); }

  /// Replaces the automaton's first state, one 0 or 1 for each of the `out` cells: for networks
  /// that come from elsewhere.
  void set_first_state(const std::vector<std::uint8_t>& state);

  [[nodiscard]] const CflogOptions& options() const { return options_; }
  [[nodiscard]] const Conv<T>& squeeze() const { return squeeze_; }
  [[nodiscard]] const Conv<T>& group() const { return group_; }
  [[nodiscard]] const Conv<T>& expand() const { return expand_; }

 private:
  FixedProduct<T> product(Pass<T>& pass, const Variable<T>& x, bool shorts);

  std::string name_;
  CflogOptions options_;
  Conv<T> squeeze_, group_, expand_;
  bool fits_shorts_ = true;  // whether y fitted 16 bits so far: where it once did not, it is not tried again
};

}  // namespace mog
