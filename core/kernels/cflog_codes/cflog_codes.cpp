// CFLOG's first factors on codes: weights packed for the integer kernels, images shared out among threads.
#include "core/kernels/cflog_codes/cflog_codes.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/kernels/conv3x3_s16/conv3x3_s16.hpp"
#include "core/kernels/convert/convert.hpp"
#include "core/kernels/pointwise_u8/pointwise_u8.hpp"
#include "core/kernels/scratch.hpp"
#include "core/kernels/split.hpp"

namespace mog::kernels {

namespace {

/// Hands out parts of a thread's working memory, each at the beginning of a cache line.
class Parts {
 public:
  template <class T>
  Index add(Index count) {
    const Index at = bytes_;
    bytes_ += (count * static_cast<Index>(sizeof(T)) + 63) / 64 * 64;
    return at;
  }
  [[nodiscard]] std::byte* take(Scratch kind) const {
    return reinterpret_cast<std::byte*>(scratch(kind, bytes_ / static_cast<Index>(sizeof(float))));
  }

 private:
  Index bytes_ = 0;
};

template <class T>
T* at(std::byte* memory, Index offset) {
  return reinterpret_cast<T*>(memory + offset);
}

/// -1, 0, +1 as bytes; false when there is another number.
bool to_signs(const float* w, Index count, std::int8_t* to) {
  Index good = 0;  // counted to the end: a loop in vectors
  for (Index i = 0; i < count; ++i) {
    to[i] = static_cast<std::int8_t>((w[i] > 0 ? 1 : 0) - (w[i] < 0 ? 1 : 0));
    good += static_cast<float>(to[i]) == w[i] ? 1 : 0;
  }
  return good == count;
}

std::uint8_t largest(const std::uint8_t* codes, Index count) {
  std::uint8_t found = 0;
  for (Index i = 0; i < count; ++i) found = std::max(found, codes[i]);
  return found;
}

/// The kernels with their shapes, and where one image's maps stand in a thread's memory.
class Plan {
 public:
  explicit Plan(const CflogCodes& args)
      : all_(args),
        squeeze_shape_{.in = args.in, .out = args.latents, .planes = 1, .levels = 0},
        group_shape_{.groups = args.groups,
                     .inputs = args.latents / args.groups,
                     .outputs = args.latents / args.groups,
                     .planes = 0},
        pixel_((args.in + 3) / 4 * 4),
        row_((args.width + 2) * args.latents),
        codes_(image_.add<std::uint8_t>(args.height * args.width * pixel_)),
        latents_(image_.add<std::int16_t>((args.height + 2) * row_ + 1)) {}

  /// Packs the weights in the calling thread's memory; false when some are not -1, 0 or +1.
  bool pack() {
    const Index squeeze_count = all_.in * all_.latents;
    const Index group_count = 9 * all_.latents * group_shape_.inputs;
    Parts parts;
    const Index squeeze_signs = parts.add<std::int8_t>(squeeze_count);
    const Index group_signs = parts.add<std::int8_t>(group_count);
    const Index bias = parts.add<std::int32_t>(all_.latents);
    const Index squeeze = parts.add<std::byte>(squeeze_kernel_.packed_size(squeeze_shape_));
    const Index group = parts.add<std::byte>(group_kernel_.packed_size(group_shape_));
    std::byte* const memory = parts.take(Scratch::call);
    std::fill_n(at<std::int32_t>(memory, bias), all_.latents, 0);
    squeeze_ = memory + squeeze;
    group_ = memory + group;

    bool good[2];
    parallel_for(2, [&](Index i) {
      if (i == 0) {
        auto* const w = at<std::int8_t>(memory, squeeze_signs);
        good[i] = to_signs(all_.squeeze, squeeze_count, w);
        squeeze_kernel_.pack({.shape = squeeze_shape_, .w = w, .bias = nullptr, .levels = nullptr}, memory + squeeze);
      } else {
        auto* const w = at<std::int8_t>(memory, group_signs);
        good[i] = to_signs(all_.group, group_count, w);
        group_kernel_.pack({.shape = group_shape_, .w = w, .bias = at<std::int32_t>(memory, bias)}, memory + group);
      }
    });
    return good[0] && good[1];
  }

  /// One image; false when its codes are too large.
  [[nodiscard]] bool run(Index image) const {
    const Index pixels = all_.height * all_.width, latents = all_.latents;
    std::byte* const memory = image_.take(Scratch::piece);
    auto* const within_border = at<std::int16_t>(memory, latents_);
    const std::uint8_t* const codes = read_codes(image, at<std::uint8_t>(memory, codes_));
    if (codes == nullptr) return false;
    clear_border(within_border);
    squeeze_kernel_.run({.x = codes,
                         .packed = squeeze_,
                         .y = within_border + row_ + latents,
                         .pixels = pixels,
                         .x_pixel = pixel_,
                         .x_plane = pixel_,
                         .y_layout = {.width = all_.width, .pixel = latents, .row = row_},
                         .shape = squeeze_shape_});
    for (Index h = 0; h < all_.height; ++h) {
      convert_.shorts_to_floats(within_border + (h + 1) * row_ + latents, all_.width * latents,
                                all_.latent + (image * pixels + h * all_.width) * latents);
    }
    group_kernel_.run({.x = within_border,
                       .packed = group_,
                       .y = reinterpret_cast<std::uint8_t*>(all_.grouped + image * pixels * latents),
                       .height = all_.height,
                       .width = all_.width,
                       .x_pixel = latents,
                       .x_row = row_,
                       .y_pixel = latents * static_cast<Index>(sizeof(float)),
                       .y_plane = 0,
                       .shape = group_shape_});
    return true;
  }

 private:
  /// An image's codes in whole groups of four channels, as the dot products take them; null when one is too large.
  const std::uint8_t* read_codes(Index image, std::uint8_t* to) const {
    constexpr Index kLargestByte = 255, kLargestShort = 32767;
    const Index pixels = all_.height * all_.width, count = pixels * all_.in, limit = kLargestShort / all_.in;
    const std::uint8_t* const x = all_.x + image * count;
    if (limit < kLargestByte && largest(x, count) > limit) return nullptr;
    if (pixel_ == all_.in) return x;
    for (Index p = 0; p < pixels; ++p) {
      std::copy_n(x + p * all_.in, all_.in, to + p * pixel_);
      std::fill(to + p * pixel_ + all_.in, to + (p + 1) * pixel_, std::uint8_t{0});
    }
    return to;
  }

  void clear_border(std::int16_t* map) const {
    std::fill_n(map, row_ + all_.latents, std::int16_t{0});
    for (Index h = 1; h <= all_.height; ++h) {  // the end of each row and the beginning of the next
      std::fill_n(map + h * row_ + (all_.width + 1) * all_.latents, 2 * all_.latents, std::int16_t{0});
    }
    std::fill_n(map + (all_.height + 1) * row_, row_ + 1, std::int16_t{0});
  }

  CflogCodes all_;
  const ConvertKernels& convert_ = select(convert_kernels());
  const PointwiseU8Kernel& squeeze_kernel_ = select(pointwise_u8_kernels());
  const Conv3x3S16Kernel& group_kernel_ = select(conv3x3_s16_kernels());
  PointwiseU8Shape squeeze_shape_;
  Conv3x3S16Shape group_shape_;
  const std::byte* squeeze_ = nullptr;  // packed
  const std::byte* group_ = nullptr;
  Parts image_;
  Index pixel_, row_;      // bytes between pixels of codes, numbers between rows of latents
  Index codes_, latents_;  // offsets
};

Work work(const CflogCodes& a) {
  const auto pixels = static_cast<double>(a.images * a.height * a.width), in = static_cast<double>(a.in);
  const auto latents = static_cast<double>(a.latents);
  const double weights = latents * in + 9 * latents * latents / static_cast<double>(a.groups);
  return {.flops = 2 * pixels * weights, .bytes = pixels * in + sizeof(float) * (pixels * 2 * latents + weights)};
}

}  // namespace

bool cflog_codes(const CflogCodes& args) {
  require(args.images >= 1 && args.height >= 1 && args.width >= 1 && args.in >= 1 && args.groups >= 1 &&
              args.latents >= 1 && args.latents % args.groups == 0,
          "cflog_codes: images ", args.images, ", height ", args.height, ", width ", args.width, ", in ", args.in,
          ", latents ", args.latents, ", groups ", args.groups,
          ", expected at least 1 of each, and groups a divisor of the latents");
  const Timed timed("cflog_codes", {args.height, args.in, args.latents, args.groups}, work(args));
  Plan plan(args);
  if (!plan.pack()) return false;
  std::atomic<bool> codes = true;
  parallel_for(args.images, [&](Index image) {
    if (codes.load(std::memory_order_relaxed) && !plan.run(image)) codes.store(false, std::memory_order_relaxed);
  });
  return codes;
}

}  // namespace mog::kernels
