// The meaning of batch normalisation's passes: plain loops for float and double, with sums in double.
#include "core/kernels/reference.hpp"

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
T activated(T z, const Activation& activation) {
  if (activation.kind == Activation::none) return z;
  if (activation.kind == Activation::relu) return z <= 0 ? 0 : z;
  return qrelu_code(z, activation.bits);
}

template <class T>
bool gradient_passes(T z, const Activation& activation) {
  return activation.kind == Activation::relu ? z > 0 : passes(z, activation.window);
}

template <class T, class X>
void channel_affine(const ChannelAffine<T, X>& args) {
  for (Index p = 0; p < args.rows; ++p) {
    for (Index c = 0; c < args.channels; ++c) {
      const Index i = p * args.channels + c;
      const T z = std::fma(static_cast<T>(args.x[i]), args.scale[c], args.shift[c]);
      const T y = activated(z, args.activation);
      if (args.codes == nullptr) {
        args.y[i] = y;
      } else {
        args.codes[i] = static_cast<std::uint8_t>(y);
      }
      if (args.passes == nullptr) continue;
      std::uint8_t& byte = args.passes[p * mask_bytes(args.channels) + c / 8];
      if (c % 8 == 0) byte = 0;
      if (gradient_passes(z, args.activation)) byte = static_cast<std::uint8_t>(byte | 1 << c % 8);
    }
  }
}

/// The gradient dz at (p, c): what the activation lets through of dy.
template <class T, class X, template <class, class> class Args>
T incoming(const Args<T, X>& args, Index p, Index c) {
  const T dy = args.dy[p * args.channels + c];
  if (args.activation.kind == Activation::none) return dy;
  if ((args.passes[p * mask_bytes(args.channels) + c / 8] >> c % 8 & 1) == 0) return 0;
  return args.activation.kind == Activation::relu ? dy : static_cast<T>((1 << args.activation.bits) - 1) * dy;
}

template <class T, class X>
void gradient_sums(const GradientSums<T, X>& args) {
  for (Index p = 0; p < args.rows; ++p) {
    for (Index c = 0; c < args.channels; ++c) {
      const double dz = incoming(args, p, c);
      args.sum_dz[c] += dz;
      args.sum_dz_x[c] += dz * (static_cast<double>(args.x[p * args.channels + c]) - args.mean[c]);
    }
  }
}

template <class T, class X>
void input_gradient(const BatchNormInputGradient<T, X>& args) {
  for (Index p = 0; p < args.rows; ++p) {
    for (Index c = 0; c < args.channels; ++c) {
      const Index i = p * args.channels + c;
      const T difference = static_cast<T>(args.x[i]) - args.mean[c];
      args.dx[i] = std::fma(args.a[c], incoming(args, p, c), std::fma(args.b[c], difference, args.d[c]));
    }
  }
}

template <class T, class X>
constexpr BatchNormPasses<T, X> kPasses{channel_affine<T, X>, gradient_sums<T, X>, input_gradient<T, X>};
template <class T>
constexpr BatchNormKernels<T> kRow{.isa = Isa::reference,
                                   .shifted_sums = shifted_sums<T>,
                                   .numbers = kPasses<T, T>,
                                   .shorts = kPasses<T, std::int16_t>};

}  // namespace

extern constinit const BatchNormKernels<float> batch_norm_reference = kRow<float>;
extern constinit const BatchNormKernels<double> batch_norm_reference_f64 = kRow<double>;

}  // namespace mog::kernels
