// CFLOG on maps of codes, its three factors in one pass and in integers: the float kernels' sums at a
// multiple of their rate.
#pragma once

#include <cstdint>

#include "core/types.hpp"

namespace mog::kernels {

/// latent[p, t] = sum_c x[p, c] squeeze[c, t];  grouped[p, g I + q] = the 3x3 convolution of latent with `group`,
/// within a border of zeros;  y[p, o] = sum_t grouped[p, t] expand[t, o]. Shapes: x [images, height, width, in];
/// squeeze [in, latents]; group [groups, 3, 3, I, I] with I = latents / groups; expand [latents, out]; latent [images,
/// height, width, latents]; y [images, height, width, out].
struct CflogCodes {
  const std::uint8_t* x;
  const float* squeeze;
  const float* group;
  const float* expand;
  float* y;
  std::int16_t* shorts;  // y in 16 bits instead: half the memory; then y is null
  std::int16_t* latent;  // for the backward pass; null when not wanted
  float* mean;           // of y's channels, as batch_statistics defines them; null when not wanted
  float* variance;       // likewise
  Index images, height, width, in, latents, groups, out;
};

/// Computes y and returns true when x holds codes of at most 32767 / in, so that 16 bits hold every latent, the weights
/// are all -1, 0 or +1, and 16 bits hold every number of y that goes to `shorts`. Otherwise returns false, and what was
/// written means nothing. The sums are exact in integers; as floats they are those of pointwise_forward and
/// conv3x3_forward wherever these are exact: while the sums of group and expansion stay below 2^24. Mean and variance
/// are summed up while the numbers are in the cache, band by band and image by image: rounded differently from
/// batch_statistics, and the same on any number of threads.
bool cflog_codes(const CflogCodes& args);

}  // namespace mog::kernels
