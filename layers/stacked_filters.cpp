// Stacking of shared filters: selections, the assembled kernel and both gradients.
#include "layers/stacked_filters.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/kernels/pointwise_f32/pointwise_f32.hpp"
#include "core/parallel.hpp"
#include "core/profile.hpp"
#include "layers/quantizers.hpp"

namespace mog {
namespace {

/// The sizes that all loops here share. A row is one pixel and channel of a filter: it lies in memory with the numbers
/// of all m filters beside each other, and a row of the kernel with those of all outputs.
struct Stack {
  Index rows, depth, filters;  // 9 d or d, d, m
  Index parts, outputs;        // s, O

  [[nodiscard]] Index selections() const { return parts * outputs; }
  /// The row of the kernel that part i takes from a row of the filters.
  [[nodiscard]] Index kernel_row(Index row, Index part) const {
    return (row / depth * parts + part) * depth + row % depth;
  }
  [[nodiscard]] Shape kernel_shape(const Shape& filter) const {
    return filter.rank() == 2 ? Shape{parts * depth, outputs} : Shape{1, 3, 3, parts * depth, outputs};
  }
  [[nodiscard]] Timed timed(const char* what, std::size_t number) const {
    return Timed(what, {rows, selections(), filters},
                 {.bytes = static_cast<double>(rows * (selections() + filters)) * static_cast<double>(number)});
  }
};

Stack stack_of(const Shape& f, const Shape& q) {
  const bool grid = f.rank() == 5 && f[0] == 1 && f[1] == 3 && f[2] == 3;
  require((f.rank() == 2 || grid) && f.elements() > 0, "stack_filters: filters of shape ", f,
          ", expected [d, m] or [1, 3, 3, d, m]");
  require(q.rank() == 3 && q[2] == f[-1] && q.elements() > 0, "stack_filters: scores of shape ", q,
          ", expected [s, O, ", f[-1], "]");
  return {.rows = f.rows(), .depth = f[-2], .filters = f[-1], .parts = q[0], .outputs = q[1]};
}

/// j(i, o) of all selections. Throws NumericError when a score is NaN.
template <class T>
Tensor<std::int32_t> select(Tape<T>& tape, const Tensor<T>& q, const Stack& z) {
  constexpr Index kRange = 64;
  auto chosen = tape.template make_as<std::int32_t>({z.parts, z.outputs});
  parallel_for((z.selections() + kRange - 1) / kRange, [&](Index piece) {
    for (Index k = piece * kRange, end = std::min(z.selections(), k + kRange); k < end; ++k) {
      const T *first = q.data() + k * z.filters, *last = first + z.filters;
      const bool numbers = std::none_of(first, last, [](T score) { return std::isnan(score); });
      chosen[k] = numbers ? static_cast<std::int32_t>(std::max_element(first, last) - first) : -1;
    }
  });
  const auto indices = chosen.values();
  if (std::find(indices.begin(), indices.end(), -1) != indices.end()) {
    throw NumericError("stack_filters: a score is not a number");
  }
  return chosen;
}

/// df: what each filter was selected for, added in the order of parts and outputs.
template <class T>
Tensor<T> filters_gradient(Tape<T>& tape, const Tensor<T>& dw, const Tensor<std::int32_t>& chosen, const Stack& z,
                           const Shape& shape) {
  const Timed time = z.timed("stack_filters_gradient", sizeof(T));
  Tensor<T> df = tape.make(shape);
  parallel_for(z.rows, [&](Index row) {
    T* to = df.data() + row * z.filters;
    std::fill_n(to, z.filters, T{0});
    for (Index i = 0; i < z.parts; ++i) {
      const T* from = dw.data() + z.kernel_row(row, i) * z.outputs;
      for (Index o = 0; o < z.outputs; ++o) to[chosen[i * z.outputs + o]] += from[o];
    }
  });
  return df;
}

/// How far the use of each filter is from an equal one, times `balance`.
template <class T>
Tensor<T> imbalance(Tape<T>& tape, const Tensor<std::int32_t>& chosen, const Stack& z, double balance) {
  Tensor<T> uses = tape.make({z.filters});
  uses.fill(T{0});
  for (Index k = 0; k < z.selections(); ++k) uses[chosen[k]] += 1;
  const double equal = static_cast<double>(z.selections()) / static_cast<double>(z.filters);
  for (T& use : uses.values()) use = static_cast<T>(balance * (static_cast<double>(use) - equal));
  return uses;
}

/// dq: dw with the parts beside each other is a matrix [rows, s O], and its product with the filters what is wanted.
template <class T>
Tensor<T> scores_gradient(Tape<T>& tape, const Tensor<T>& dw, const Tensor<T>& f, const Tensor<T>& shift,
                          const Stack& z) {
  const Tensor<T> beside = tape.make({z.rows, z.selections()});
  parallel_for(z.rows, [&](Index row) {
    for (Index i = 0; i < z.parts; ++i) {
      std::copy_n(dw.data() + z.kernel_row(row, i) * z.outputs, z.outputs,
                  beside.data() + row * z.selections() + i * z.outputs);
    }
  });
  Tensor<T> dq = tape.make({z.parts, z.outputs, z.filters});
  kernels::pointwise_weight_gradient(kernels::PointwiseWeightGradient<T>{
      .x = beside.data(), .dy = f.data(), .dw = dq.data(), .rows = z.rows, .in = z.selections(), .out = z.filters});
  parallel_for(z.selections(), [&](Index k) {
    for (Index j = 0; j < z.filters; ++j) dq[k * z.filters + j] += shift[j];
  });
  return dq;
}

}  // namespace

template <class T>
Variable<T> stack_filters(Tape<T>& tape, const Variable<T>& f, const Variable<T>& q, double balance) {
  const Stack z = stack_of(f.shape(), q.shape());
  const Timed time = z.timed("stack_filters", sizeof(T));
  const Tensor<std::int32_t> chosen = select(tape, q.value, z);
  const Tensor<T> w = tape.make(z.kernel_shape(f.shape()));
  parallel_for(z.rows, [&](Index row) {
    const T* from = f.value.data() + row * z.filters;
    for (Index i = 0; i < z.parts; ++i) {
      T* to = w.data() + z.kernel_row(row, i) * z.outputs;
      for (Index o = 0; o < z.outputs; ++o) to[o] = from[chosen[i * z.outputs + o]];
    }
  });

  return tape.record(w, {f.gradient, q.gradient},
                     [&tape, z, chosen, balance, shape = f.shape(), saved = q.gradient ? f.value : Tensor<T>(),
                      df_sum = f.gradient, dq_sum = q.gradient](const Tensor<T>& dw) {
                       if (df_sum) df_sum.add(filters_gradient(tape, dw, chosen, z, shape));
                       if (!dq_sum) return;
                       dq_sum.add(scores_gradient(tape, dw, saved, imbalance(tape, chosen, z, balance), z));
                     });
}

namespace {

/// The shape of the filters. Throws unless request and options fit each other.
Shape filters_shape(const WeightRequest& request, const StackedFilterOptions& o) {
  const Shape& w = request.shape;
  require(w.rank() == 2 || (w.rank() == 5 && w[0] == 1), request.name, ": stacked filters for weights of shape ", w,
          ", expected [C, O] or [1, 3, 3, C, O]");
  require(o.parts >= 1 && w[-2] % o.parts == 0, request.name, ": ", o.parts, " parts, expected a divisor of ", w[-2],
          " input channels");
  require(o.filters >= 1 && o.filters <= o.parts * w[-1], request.name, ": ", o.filters, " filters, expected 1 to ",
          o.parts * w[-1], ", one a selection");
  require(std::isfinite(o.balance) && o.balance >= 0, request.name, ": balance ", o.balance, ", expected 0 or more");
  const Index depth = w[-2] / o.parts;
  return w.rank() == 2 ? Shape{depth, o.filters} : Shape{1, 3, 3, depth, o.filters};
}

}  // namespace

template <class T>
StackedFilters<T>::StackedFilters(Parameters<T>& parameters, const WeightRequest& request,
                                  const StackedFilterOptions& options)
    : parameters_(&parameters),
      balance_(options.balance),
      filters_(parameters.add(request.name + ".filters", filters_shape(request, options), request.initial)) {
  const Index outputs = request.shape[-1];
  const double inputs = static_cast<double>(outputs) * static_cast<double>(options.filters);
  scores_ = parameters.add(request.name + ".scores", {options.parts, outputs, options.filters},
                           Initial::uniform(std::sqrt(6.0 / inputs)));
  filters_->decays = scores_->decays = true;
}

template <class T>
Variable<T> StackedFilters<T>::weights(Pass<T>& pass) {
  Variable<T> filters = filters_->variable();
  if (pass.quantized_weights()) filters = binarize(pass.tape, filters);
  const Variable<T> scores = parameters_->frozen() ? Variable<T>{scores_->value} : scores_->variable();
  return stack_filters(pass.tape, filters, scores, balance_);
}

template <class T>
WeightStorage StackedFilters<T>::storage() const {
  const Shape& q = scores_->value.shape();
  const auto index = static_cast<Index>(std::bit_width(static_cast<std::uint64_t>(q[2] - 1)));  // of 0 ... m - 1
  return {.stored = filters_->value.elements(), .bits = 1, .index_bits = q.rows() * index};
}

template Variable<float> stack_filters(Tape<float>&, const Variable<float>&, const Variable<float>&, double);
template Variable<double> stack_filters(Tape<double>&, const Variable<double>&, const Variable<double>&, double);
template class StackedFilters<float>;
template class StackedFilters<double>;

}  // namespace mog
