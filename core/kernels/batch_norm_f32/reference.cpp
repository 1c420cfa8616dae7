// The meaning of batch normalisation's passes: plain loops for float and double, with sums in double.
#include <cmath>

#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"

namespace mog::kernels {
namespace {

template <class T>
void shifted_sums(const ShiftedSums<T>& args) {
  for (Index p = 0; p < args.rows; ++p) {
    for (Index c = 0; c < args.channels; ++c) {
      const double difference = static_cast<double>(args.x[p * args.channels + c]) - args.shift[c];
      args.sum[c] += difference;
      args.squares[c] += difference * difference;
    }
  }
}

template <class T>
void channel_affine(const ChannelAffine<T>& args) {
  for (Index p = 0; p < args.rows; ++p) {
    for (Index c = 0; c < args.channels; ++c) {
      const Index i = p * args.channels + c;
      args.y[i] = std::fma(args.x[i], args.scale[c], args.shift[c]);
    }
  }
}

template <class T>
void gradient_sums(const GradientSums<T>& args) {
  for (Index p = 0; p < args.rows; ++p) {
    for (Index c = 0; c < args.channels; ++c) {
      const double dy = args.dy[p * args.channels + c];
      args.sum_dy[c] += dy;
      args.sum_dy_x[c] += dy * (static_cast<double>(args.x[p * args.channels + c]) - args.mean[c]);
    }
  }
}

template <class T>
void input_gradient(const BatchNormInputGradient<T>& args) {
  for (Index p = 0; p < args.rows; ++p) {
    for (Index c = 0; c < args.channels; ++c) {
      const Index i = p * args.channels + c;
      args.dx[i] = std::fma(args.a[c], args.dy[i], std::fma(args.b[c], args.x[i] - args.mean[c], args.d[c]));
    }
  }
}

template <class T>
constexpr BatchNormKernels<T> kRow{.isa = Isa::reference,
                                   .shifted_sums = shifted_sums<T>,
                                   .channel_affine = channel_affine<T>,
                                   .gradient_sums = gradient_sums<T>,
                                   .input_gradient = input_gradient<T>};

}  // namespace

extern constinit const BatchNormKernels<float> batch_norm_reference = kRow<float>;
extern constinit const BatchNormKernels<double> batch_norm_reference_f64 = kRow<double>;

}  // namespace mog::kernels
