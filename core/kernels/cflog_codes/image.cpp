// One image through CFLOG: codes, latents of 16 bits, the group's sums of 16 bits, floats.
#include "core/kernels/cflog_codes/image.hpp"

#include <algorithm>

namespace mog::kernels {
namespace {

/// Pixels of a band: few enough for their sums and their y to stay in the first two caches, and enough to pay for
/// reading the weights once a band.
constexpr Index kBandPixels = 64;

/// A wide sum is 2^15 high + low, 0 <= low < 2^15.
constexpr int kLowBits = 15;

std::uint8_t largest(const std::uint8_t* codes, Index count) {
  std::uint8_t found = 0;
  for (Index i = 0; i < count; ++i) found = std::max(found, codes[i]);
  return found;
}

}  // namespace

CflogImage::CflogImage(const CflogCodes& args, const CflogFactors& factors)
    : args_(args),
      factors_(factors),
      convert_(select(convert_kernels())),
      norm_(select(batch_norm_kernels())),
      pixel_((args.in + 3) / 4 * 4),
      row_((args.width + 2) * args.latents),
      band_rows_(std::max<Index>(1, kBandPixels / args.width)) {
  const Index band = band_rows_ * args.width, sums = band * args.latents;
  codes_ = memory_.add<std::uint8_t>(args.height * args.width * pixel_);
  latents_ = memory_.add<std::int16_t>((args.height + 2) * row_ + 1);
  sums_ = memory_.add<std::int16_t>(sums + 1);
  y_ = memory_.add<float>(args.shorts == nullptr ? 0 : band * args.out);
  wide_sums_ = memory_.add<float>(sums);
  high_ = memory_.add<std::int16_t>(sums + 1);
  high_y_ = memory_.add<float>(band * args.out);
}

bool CflogImage::run(Index image, ChannelSums sums) const {
  const Index pixels = args_.height * args_.width;
  std::byte* const memory = memory_.take(Scratch::piece);
  auto* const within_border = part_of<std::int16_t>(memory, latents_);
  const std::uint8_t* const codes = read_codes(image, part_of<std::uint8_t>(memory, codes_));
  if (codes == nullptr) return false;
  clear_border(within_border);
  factors_.squeeze.kernel.run({.x = codes,
                               .packed = factors_.squeeze.packed,
                               .y = within_border + row_ + args_.latents,
                               .pixels = pixels,
                               .x_pixel = pixel_,
                               .x_plane = pixel_,
                               .y_layout = {.width = args_.width, .pixel = args_.latents, .row = row_},
                               .shape = factors_.squeeze.shape});
  if (args_.latent != nullptr) keep_latents(within_border, image);
  for (Index row = 0; row < args_.height; row += band_rows_) {
    const Range rows{row, std::min(args_.height, row + band_rows_)};
    const Index at_y = (image * pixels + row * args_.width) * args_.out;
    const Index count = (rows.end - rows.begin) * args_.width;
    float* const y = args_.shorts == nullptr ? args_.y + at_y : part_of<float>(memory, y_);
    band(memory, rows, y);
    if (sums.sum != nullptr) {
      norm_.shifted_sums({.x = y,
                          .shift = sums.zeros,
                          .sum = sums.sum,
                          .squares = sums.squares,
                          .rows = count,
                          .channels = args_.out});
    }
    if (args_.shorts != nullptr && !convert_.floats_to_shorts(y, count * args_.out, args_.shorts + at_y)) return false;
  }
  return true;
}

/// An image's codes in whole groups of four channels, as the dot products take them; null when one is too large.
const std::uint8_t* CflogImage::read_codes(Index image, std::uint8_t* to) const {
  constexpr Index kLargestByte = 255, kLargestShort = 32767;
  const Index pixels = args_.height * args_.width, count = pixels * args_.in, limit = kLargestShort / args_.in;
  const std::uint8_t* const x = args_.x + image * count;
  if (limit < kLargestByte && largest(x, count) > limit) return nullptr;
  if (pixel_ == args_.in) return x;
  for (Index p = 0; p < pixels; ++p) {
    std::copy_n(x + p * args_.in, args_.in, to + p * pixel_);
    std::fill(to + p * pixel_ + args_.in, to + (p + 1) * pixel_, std::uint8_t{0});
  }
  return to;
}

void CflogImage::clear_border(std::int16_t* map) const {
  const Index latents = args_.latents;
  std::fill_n(map, row_ + latents, std::int16_t{0});
  for (Index h = 1; h <= args_.height; ++h) {  // the end of each row and the beginning of the next
    std::fill_n(map + h * row_ + (args_.width + 1) * latents, 2 * latents, std::int16_t{0});
  }
  std::fill_n(map + (args_.height + 1) * row_, row_ + 1, std::int16_t{0});
}

void CflogImage::keep_latents(const std::int16_t* within_border, Index image) const {
  const Index row = args_.width * args_.latents;
  for (Index h = 0; h < args_.height; ++h) {
    std::copy_n(within_border + (h + 1) * row_ + args_.latents, row, args_.latent + (image * args_.height + h) * row);
  }
}

void CflogImage::expand(std::int16_t* sums, float* y, Index pixels) const {
  sums[pixels * args_.latents] = 0;  // read with the last one of an odd number, as a pair
  factors_.expand.kernel.run(
      {.x = sums, .packed = factors_.expand.packed, .y = y, .pixels = pixels, .shape = factors_.expand.shape});
}

/// Group and expansion of some rows, with sums of 16 bits, which nearly always hold them.
void CflogImage::band(std::byte* memory, Range rows, float* y) const {
  const Index pixels = (rows.end - rows.begin) * args_.width;
  auto* const sums = part_of<std::int16_t>(memory, sums_);
  const Conv3x3S16 group{.x = part_of<std::int16_t>(memory, latents_) + rows.begin * row_,
                         .packed = factors_.group.packed,
                         .y = sums,
                         .height = rows.end - rows.begin,
                         .width = args_.width,
                         .x_pixel = args_.latents,
                         .x_row = row_,
                         .y_pixel = args_.latents,
                         .y_plane = 0,
                         .shape = factors_.group.shape};
  factors_.group.kernel.run(group);
  if (convert_.saturated(sums, pixels * args_.latents)) return wide_band(memory, group, pixels, y);
  expand(sums, y, pixels);
}

/// The same for wider sums: the expansion of their high parts and that of their low ones, added.
void CflogImage::wide_band(std::byte* memory, Conv3x3S16 group, Index pixels, float* y) const {
  auto* const sums = part_of<float>(memory, wide_sums_);
  auto* const low = part_of<std::int16_t>(memory, sums_);
  auto* const high = part_of<std::int16_t>(memory, high_);
  auto* const high_y = part_of<float>(memory, high_y_);
  group.y = sums;
  factors_.group.kernel.run(group);
  for (Index i = 0; i < pixels * args_.latents; ++i) {
    const auto sum = static_cast<std::int32_t>(sums[i]);
    high[i] = static_cast<std::int16_t>(sum >> kLowBits);
    low[i] = static_cast<std::int16_t>(sum & ((1 << kLowBits) - 1));
  }
  expand(high, high_y, pixels);
  expand(low, y, pixels);
  for (Index i = 0; i < pixels * args_.out; ++i) y[i] += static_cast<float>(1 << kLowBits) * high_y[i];
}

}  // namespace mog::kernels
