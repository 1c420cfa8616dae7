// Max pooling and global average pooling, forward beside backward.
#include "layers/pooling.hpp"

#include "core/kernels/codes_u8/codes_u8.hpp"
#include "core/kernels/pool_f32/pool_f32.hpp"

namespace mog {

template <class T>
Variable<T> max_pool(Tape<T>& tape, const Variable<T>& x) {
  const Shape shape = x.shape();
  require(shape.rank() == 4 && shape.elements() > 0 && shape[1] % 2 == 0 && shape[2] % 2 == 0, "max_pool: x has shape ",
          shape, ", expected [N, H, W, C] with even H and W");
  const Shape pooled{shape[0], shape[1] / 2, shape[2] / 2, shape[3]};
  const auto which = x.gradient ? tape.template make_as<std::uint8_t>(pooled) : Tensor<std::uint8_t>();
  Variable<T> y;
  if (x.in_bytes()) {
    y.codes = tape.template make_as<std::uint8_t>(pooled);
    kernels::codes_max_pool({.x = x.codes.data(),
                             .y = y.codes.data(),
                             .rows = shape[0] * shape[1],
                             .width = shape[2],
                             .channels = shape[3],
                             .which = which.data()});
  } else {
    y.value = tape.make(pooled);
    kernels::max_pool_forward(kernels::MaxPoolForward<T>{.x = x.value.data(),
                                                         .y = y.value.data(),
                                                         .which = which.data(),
                                                         .images = shape[0],
                                                         .height = shape[1],
                                                         .width = shape[2],
                                                         .channels = shape[3]});
  }

  return tape.record(y, {x.gradient}, [&tape, which, shape, dx_sum = x.gradient](const Tensor<T>& dy) {
    const Tensor<T> dx = tape.make(shape);
    kernels::max_pool_backward(kernels::MaxPoolBackward<T>{.which = which.data(),
                                                           .dy = dy.data(),
                                                           .dx = dx.data(),
                                                           .images = shape[0],
                                                           .height = shape[1],
                                                           .width = shape[2],
                                                           .channels = shape[3]});
    dx_sum.add(dx);
  });
}

template <class T>
Variable<T> global_average_pool(Tape<T>& tape, const Variable<T>& x) {
  const Shape shape = x.shape();
  require(shape.rank() == 4 && shape.elements() > 0, "global_average_pool: x has shape ", shape,
          ", expected [N, H, W, C]");
  const Tensor<T> y = tape.make({shape[0], shape[3]});
  kernels::map_mean_forward(kernels::MapMeanForward<T>{
      .x = x.numbers().data(), .y = y.data(), .images = shape[0], .pixels = shape[1] * shape[2], .channels = shape[3]});

  return tape.record(y, {x.gradient}, [&tape, shape, dx_sum = x.gradient](const Tensor<T>& dy) {
    const Tensor<T> dx = tape.make(shape);
    kernels::map_mean_backward(kernels::MapMeanBackward<T>{
        .dy = dy.data(), .dx = dx.data(), .images = shape[0], .pixels = shape[1] * shape[2], .channels = shape[3]});
    dx_sum.add(dx);
  });
}

template Variable<float> max_pool(Tape<float>&, const Variable<float>&);
template Variable<double> max_pool(Tape<double>&, const Variable<double>&);
template Variable<float> global_average_pool(Tape<float>&, const Variable<float>&);
template Variable<double> global_average_pool(Tape<double>&, const Variable<double>&);

}  // namespace mog
