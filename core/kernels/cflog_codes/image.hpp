// One image through CFLOG's three factors, in a thread's own memory.
#pragma once

#include "core/kernels/batch_norm_f32/batch_norm_f32.hpp"
#include "core/kernels/cflog_codes/factors.hpp"
#include "core/kernels/cflog_codes/parts.hpp"
#include "core/kernels/convert/convert.hpp"
#include "core/parallel.hpp"

namespace mog::kernels {

/// Sums of y and of its squares, a number for each channel; null when not wanted.
struct ChannelSums {
  double* sum = nullptr;
  double* squares = nullptr;
  const float* zeros = nullptr;  // what is subtracted from y
};

/// The latents of the whole image are written first, within a border of zeros. Group and expansion then follow in bands
/// of rows, so that the group's sums stay in the first caches; y is summed up, and narrowed to 16 bits where that is
/// wanted, while its band is there.
class CflogImage {
 public:
  CflogImage(const CflogCodes& args, const CflogFactors& factors);

  /// Writes the outputs that args name for one image, and adds its y to `sums` where these are not null; false when one
  /// of its codes, or a number that should fit 16 bits, is too large.
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
