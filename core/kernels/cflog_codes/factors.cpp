// Packing CFLOG's weights: floats to signs, signs to the form that each kernel reads.
#include "core/kernels/cflog_codes/factors.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace mog::kernels {
namespace {

/// -1, 0, +1 as bytes; false when there is another number.
bool to_signs(const float* w, Index count, std::int8_t* to) {
  Index good = 0;  // counted to the end: a loop in vectors
  for (Index i = 0; i < count; ++i) {
    to[i] = static_cast<std::int8_t>((w[i] > 0 ? 1 : 0) - (w[i] < 0 ? 1 : 0));
    good += static_cast<float>(to[i]) == w[i] ? 1 : 0;
  }
  return good == count;
}

}  // namespace

CflogFactors::CflogFactors(const CflogCodes& args, Parts& memory)
    : squeeze{.kernel = select(pointwise_u8_kernels()),
              .shape = {.in = args.in, .out = args.latents, .planes = 1, .levels = 0}},
      group{.kernel = select(conv3x3_s16_kernels()),
            .shape = {.groups = args.groups,
                      .inputs = args.latents / args.groups,
                      .outputs = args.latents / args.groups}},
      expand{.kernel = select(pointwise_s16_kernels()), .shape = {.in = args.latents, .out = args.out}},
      counts_{args.in * args.latents, 9 * args.latents * group.shape.inputs, args.latents * args.out} {
  for (int i = 0; i < 3; ++i) signs_[i] = memory.add<std::int8_t>(counts_[i]);
  packed_[0] = memory.add<std::byte>(squeeze.kernel.packed_size(squeeze.shape));
  packed_[1] = memory.add<std::byte>(group.kernel.packed_size(group.shape));
  packed_[2] = memory.add<std::byte>(expand.kernel.packed_size(expand.shape));
  bias_ = memory.add<std::int32_t>(args.latents);
}

bool CflogFactors::pack(const CflogCodes& args, std::byte* memory) {
  auto* const bias = part_of<std::int32_t>(memory, bias_);
  std::fill_n(bias, args.latents, 0);
  const float* const weights[] = {args.squeeze, args.group, args.expand};
  bool good[3];
  parallel_for(3, [&](Index i) {
    auto* const signs = part_of<std::int8_t>(memory, signs_[i]);
    std::byte* const packed = memory + packed_[i];
    good[i] = to_signs(weights[i], counts_[i], signs);
    switch (i) {
      case 0: return squeeze.kernel.pack({squeeze.shape, signs, nullptr, nullptr}, packed);
      case 1: return group.kernel.pack({group.shape, signs, bias}, packed);
      default: return expand.kernel.pack({expand.shape, signs}, packed);
    }
  });
  squeeze.packed = memory + packed_[0];
  group.packed = memory + packed_[1];
  expand.packed = memory + packed_[2];
  return good[0] && good[1] && good[2];
}

}  // namespace mog::kernels
