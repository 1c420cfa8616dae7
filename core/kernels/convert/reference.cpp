// The meaning of the conversions: plain loops.
#include <algorithm>

#include "core/kernels/convert/convert.hpp"

namespace mog::kernels {
namespace {

template <class T>
void to_floats(const T* x, Index count, float* y) {
  for (Index i = 0; i < count; ++i) y[i] = static_cast<float>(x[i]);
}

bool floats_to_shorts(const float* x, Index count, std::int16_t* y) {
  for (Index i = 0; i < count; ++i) {
    if (x[i] < -32768 || x[i] > 32767) return false;
    y[i] = static_cast<std::int16_t>(x[i]);
  }
  return true;
}

bool saturated(const std::int16_t* x, Index count) {
  return std::any_of(x, x + count, [](std::int16_t number) { return number == -32768 || number == 32767; });
}

}  // namespace

extern constinit const ConvertKernels convert_reference{.isa = Isa::reference,
                                                        .bytes_to_floats = to_floats<std::uint8_t>,
                                                        .shorts_to_floats = to_floats<std::int16_t>,
                                                        .floats_to_shorts = floats_to_shorts,
                                                        .saturated = saturated};

}  // namespace mog::kernels
