// Stacked filters: a layer's weights put together from few filters of few channels, which all of its outputs share.
#pragma once

#include "layers/weights.hpp"

namespace mog {

/// Puts each output's filter together from s of m shared filters of d channels (Lan and Lan, "Compressing deep
/// convolutional neural networks by stacking low-dimensional binary convolution filters", AAAI 2021), selected by the
/// largest of m scores.
///   forward   w[r, i d + c, o] = f[r, c, j(i, o)],  j(i, o) = argmax_j q[i, o, j], the first of equals
///   backward  df[r, c, j] = sum of dw[r, i d + c, o] over all i, o with j(i, o) = j
///             dq[i, o, j] = sum over r, c of dw[r, i d + c, o] f[r, c, j] + balance (u_j - s O / m): the one-hot
///             selection's gradient, passed straight through, an estimator; u_j is how often j is selected
/// Shapes    f [1, 3, 3, d, m] or [d, m], q [s, O, m], w [1, 3, 3, s d, O] or [s d, O].  Saves  one index a selection,
/// f when dq is wanted.  Throws  std::invalid_argument on other shapes, NumericError when a score is NaN.
template <class T>
Variable<T> stack_filters(Tape<T>& tape, const Variable<T>& f, const Variable<T>& q, double balance);

struct StackedFilterOptions {
  Index parts = 4;        // s, of the input channels: a divisor of them
  Index filters = 1;      // m, 1 to the number of selections, s O
  double balance = 1e-4;  // 0 or more; with it the scores' gradient draws each filter's use towards s O / m
};

/// The sign of NAME.filters, see binarize, in full precision NAME.filters itself, stacked as NAME.scores select. While
/// the parameters are frozen() the selections stand still: the scores get no gradient. 1 bit a filter's weight, and
/// for each of the s O selections ceil(log2 m) bits of an index. The filters begin as the request says, the scores as
/// He et al. (ICCV 2015) begin a weight of O m inputs, uniform. Throws std::invalid_argument unless the request is for
/// weights [C, O] or [1, 3, 3, C, O] and the options fit it.
template <class T>
class StackedFilters final : public WeightSource<T> {
 public:
  StackedFilters(Parameters<T>& parameters, const WeightRequest& request, const StackedFilterOptions& options);
  Variable<T> weights(Pass<T>& pass) override;
  [[nodiscard]] std::string kind() const override { return "stacked"; }
  [[nodiscard]] WeightStorage storage() const override;

 private:
  Parameters<T>* parameters_;
  double balance_;
  Parameter<T>*filters_, *scores_;
};

/// A layer's source with these options.
template <class T>
WeightMaker<T> stacked_filter_weights(const StackedFilterOptions& options) {
  return [options](Parameters<T>& parameters, const WeightRequest& request) {
    return std::make_shared<StackedFilters<T>>(parameters, request, options);
  };
}

}  // namespace mog
