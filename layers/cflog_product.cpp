// A CFLOG of codes by the integer kernel, its gradients by the float ones.
#include "layers/cflog_product.hpp"

#include "core/kernels/cflog_codes/cflog_codes.hpp"
#include "layers/conv_gradients.hpp"
#include "layers/normalise.hpp"

namespace mog {

std::optional<FixedProduct<float>> three_factors_of_codes(Tape<float>& tape, const Variable<float>& x,
                                                          const ThreeFactors& factors) {
  if (!x.in_bytes()) return std::nullopt;
  const Variable<float>&squeeze = factors.squeeze, &group = factors.group;
  const Tensor<float>& expand = factors.expand;
  const Shape &shape = x.shape(), &first = squeeze.shape(), &second = group.shape(), &third = expand.shape();
  require(shape.rank() == 4 && shape.elements() > 0 && first.rank() == 2 && second.rank() == 5 && third.rank() == 2 &&
              shape[-1] == first[0] && second[1] == 3 && second[2] == 3 && second[3] == second[4] &&
              second[0] * second[3] == first[1] && third[0] == first[1],
          "three_factors_of_codes: x of shape ", shape, ", weights of shapes ", first, ", ", second, " and ", third,
          ", expected [N, H, W, C], [C, G I], [G, 3, 3, I, I] and [G I, O]");
  const Index latents = first[1];
  const Shape y_shape = shape.with_channels(third[1]);
  const kernels::Conv3x3Sizes sizes{
      .images = shape[0], .height = shape[1], .width = shape[2], .in = latents, .out = latents, .groups = second[0]};
  const auto latent = tape.recording() && group.gradient ? tape.make_as<std::int16_t>(shape.with_channels(latents))
                                                         : Tensor<std::int16_t>();
  const auto mean = factors.statistics ? tape.make({third[1]}) : Tensor<float>();
  const auto variance = factors.statistics ? tape.make({third[1]}) : Tensor<float>();
  const auto computes = [&](float* y, std::int16_t* shorts) {
    return kernels::cflog_codes({.x = x.codes.data(),
                                 .squeeze = squeeze.value.data(),
                                 .group = group.value.data(),
                                 .expand = expand.data(),
                                 .y = y,
                                 .shorts = shorts,
                                 .latent = latent.data(),
                                 .mean = mean.data(),
                                 .variance = variance.data(),
                                 .images = sizes.images,
                                 .height = sizes.height,
                                 .width = sizes.width,
                                 .in = shape[-1],
                                 .latents = latents,
                                 .groups = sizes.groups,
                                 .out = third[1]});
  };
  auto shorts = factors.shorts ? tape.make_as<std::int16_t>(y_shape) : Tensor<std::int16_t>();
  if (!shorts.empty() && !computes(nullptr, shorts.data())) shorts = {};
  const auto y = shorts.empty() ? tape.make(y_shape) : Tensor<float>();
  if (!y.empty() && !computes(y.data(), nullptr)) return std::nullopt;

  const Kept<std::uint8_t> codes{squeeze.gradient ? x.codes : Tensor<std::uint8_t>(), factors.weight_gradients};
  const Kept<std::int16_t> kept_latents{latent, factors.weight_gradients};
  const Tensor<float> never_written;
  const Variable<float> squeezed = record_pointwise(tape, never_written, x.gradient, squeeze, codes);
  const Variable<float> grouped = record_conv3x3(tape, never_written, squeezed.gradient, group, kept_latents, sizes);
  Variable<float> product = record_pointwise(tape, y, grouped.gradient, {expand}, Kept<float>{});
  product.shorts = shorts;
  return FixedProduct<float>{.y = product, .dx = grouped.gradient, .w = expand, .statistics = {mean, variance}};
}

template <class T>
Variable<T> activated_product(Pass<T>& pass, BatchNorm<T>& norm, const FixedProduct<T>& product, int bits) {
  const auto through_product = [&tape = pass.tape, w = product.w, dx_sum = product.dx]<class X>(
                                   const kernels::BatchNormInputGradient<T, X>& arguments, const Tensor<T>& dy) {
    const Tensor<T> dx = tape.make(dy.shape().with_channels(w.shape()[0]));
    kernels::pointwise_input_gradient(kernels::NormalisedPointwiseInputGradient<T, X>{
        .normalisation = arguments, .w = w.data(), .dx = dx.data(), .in = dx.channels()});
    dx_sum.add(dx);
  };
  return norm.normalise(pass, product.y, product.statistics, norm.activation_of(pass, bits), product.dx,
                        through_product);
}

template Variable<float> activated_product(Pass<float>&, BatchNorm<float>&, const FixedProduct<float>&, int);
template Variable<double> activated_product(Pass<double>&, BatchNorm<double>&, const FixedProduct<double>&, int);

}  // namespace mog
