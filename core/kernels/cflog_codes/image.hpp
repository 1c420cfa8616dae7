// One image through CFLOG's three factors, in a thread's own memory.
#pragma once

#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"
#include "core/kernels/cflog_codes/factors.hpp"
#include "core/kernels/cflog_codes/parts.hpp"
#include "core/kernels/convert/convert.hpp"
#include "core/parallel.hpp"

namespace mog::kernels {

/// Sums of y and of its squares, a number for each channel; null when nobody wants them.
struct ChannelSums {
  double* sum = nullptr;
  double* squares = nullptr;
  const float* zeros = nullptr;  // what is subtracted from y
};

/// The latents of the whole image are written within a border of zeros, then group and expansion follow in bands of
/// rows: the group's sums never leave the first caches, and y is summed up, and goes to 16 bits where it is wanted so,
/// while it is there.
class CflogImage {
 public:
  CflogImage(const CflogCodes& args, const CflogFactors& factors);

  /// Writes what args want of an image, and adds the sums of its y, where there are any, to what is there; false when
  /// its codes, or what should fit 16 bits, are too large.
  [[nodiscard]] bool run(Index image, ChannelSums sums) const;

 private:
  const std::uint8_t* read_codes(Index image, std::uint8_t* to) const;
  void clear_border(std::int16_t* map) const;
  void keep_latents(const std::int16_t* within_border, Index image) const;
  void expand(std::int16_t* sums, float* y, Index pixels) const;
  void band(std::byte* memory, Range rows, float* y) const;
  void wide_band(std::byte* memory, Conv3x3S16 group, Index pixels, float* y) const;

  const CflogCodes& args_;
  const CflogFactors& factors_;
  const ConvertKernels& convert_;
  const BatchNormKernels<float>& norm_;
  Parts memory_;
  Index pixel_, row_, band_rows_;    // bytes between pixels of codes, numbers between rows of latents, rows of a band
  Index codes_, latents_, sums_;     // offsets
  Index y_;                          // of a band's y on its way to 16 bits
  Index wide_sums_, high_, high_y_;  // of what only wide sums need
};

}  // namespace mog::kernels
