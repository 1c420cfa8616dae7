// The first two factors of CFLOG on maps of codes, in integers: the float kernels' sums at a multiple of their rate.
#pragma once

#include <cstdint>

#include "core/types.hpp"

namespace mog::kernels {

/// latent[p, t] = sum_c x[p, c] squeeze[c, t];  grouped[p, g Q + q] = the 3x3 convolution of latent with `group`,
/// within a border of zeros. Shapes: x [images, height, width, in]; squeeze [in, latents]; group [groups, 3, 3, I, I]
/// with I = latents / groups; latent, grouped [images, height, width, latents].
struct CflogCodes {
  const std::uint8_t* x;
  const float* squeeze;
  const float* group;
  float* latent;
  float* grouped;
  Index images, height, width, in, latents, groups;
};

/// Computes both and returns true when x holds codes of at most 32767 / in and the weights are all -1, 0 or +1: then no
/// latent leaves 16 bits. Otherwise returns false, and what it wrote means nothing. The sums
/// are exact in integers; as floats they are those of pointwise_forward and conv3x3_forward wherever these are exact,
/// below 2^24.
bool cflog_codes(const CflogCodes& args);

}  // namespace mog::kernels
