// One pass over the bits of the numbers, which compilers turn into vector instructions.
#include "train/finite.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/error.hpp"

namespace mog {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kSquareOverflows = 0x1p64F;

/// Index of the first number whose absolute value is not below the limit, NaN included; -1 for none. Without the sign,
/// the bits of floats are in the order of their values, infinity and NaN after all others.
Index first_not_below(float limit, const Tensor<float>& tensor) {
  const auto bound = std::bit_cast<std::int32_t>(limit);
  const auto bits = [&](Index i) {
    std::int32_t number = 0;
    std::memcpy(&number, tensor.data() + i, sizeof(number));
    return number & 0x7fffffff;
  };
  const Index count = tensor.elements();
  int bad = 0;
  for (Index i = 0; i < count; ++i) bad |= bits(i) >= bound ? 1 : 0;
  if (bad == 0) return -1;
  Index first = 0;
  while (bits(first) < bound) ++first;
  return first;
}

void check(const std::string& name, const Tensor<float>& tensor) {
  const Index bad = first_not_finite(tensor);
  if (bad >= 0) throw NumericError(concat(name, "[", bad, "] is ", tensor[bad]));
}

}  // namespace

Index first_not_finite(const Tensor<float>& tensor) { return first_not_below(kInfinity, tensor); }

void check_values(const Parameters<float>& parameters) {
  for (const Parameter<float>& parameter : parameters.trained()) {
    check(parameter.name, parameter.value);
  }
  for (const Buffer<float>& buffer : parameters.buffers()) check(buffer.name, buffer.value);
}

void check_gradients(const Parameters<float>& parameters) {
  for (const Parameter<float>& parameter : parameters.trained()) {
    const Tensor<float>& gradient = parameter.gradient;
    if (gradient.empty()) continue;
    const Index bad = first_not_below(kSquareOverflows, gradient);
    if (bad >= 0) {
      throw NumericError(concat("the gradient of ", parameter.name, "[", bad, "] is ", gradient[bad],
                                first_not_finite(gradient) < 0 ? ", too large to be squared" : ""));
    }
  }
}

}  // namespace mog
