// CFLOG on codes: checks the arguments, packs the weights, shares out the images among threads.
#include "core/kernels/cflog_codes/cflog_codes.hpp"

#include <algorithm>
#include <atomic>

#include "core/float_environment.hpp"
#include "core/kernels/cflog_codes/image.hpp"
#include "core/kernels/split.hpp"

namespace mog::kernels {
namespace {

Work work(const CflogCodes& a) {
  const auto pixels = static_cast<double>(a.images * a.height * a.width), in = static_cast<double>(a.in);
  const auto latents = static_cast<double>(a.latents), out = static_cast<double>(a.out);
  const double weights = latents * (in + out) + 9 * latents * latents / static_cast<double>(a.groups);
  const double kept = a.latent == nullptr ? 0 : sizeof(*a.latent) * latents;
  const double written = out * static_cast<double>(a.y == nullptr ? sizeof(*a.shorts) : sizeof(*a.y));
  return {.flops = 2 * pixels * weights, .bytes = pixels * (in + kept + written) + sizeof(float) * weights};
}

/// Adds the images' sums [2, out] in order.
void finish_statistics(const CflogCodes& args, double* sums) {
  for (Index image = 1; image < args.images; ++image) {
    for (Index i = 0; i < 2 * args.out; ++i) sums[i] += sums[image * 2 * args.out + i];
  }
  const auto rows = static_cast<double>(args.images * args.height * args.width);
  for (Index o = 0; o < args.out; ++o) {
    const double mean = sums[o] / rows, square = sums[args.out + o] / rows;
    args.mean[o] = static_cast<float>(mean);
    args.variance[o] = static_cast<float>(std::max(square - mean * mean, 0.0));
  }
}

}  // namespace

bool cflog_codes(const CflogCodes& args) {
  require(args.images >= 1 && args.height >= 1 && args.width >= 1 && args.in >= 1 && args.groups >= 1 &&
              args.latents >= 1 && args.latents % args.groups == 0 && args.out >= 1,
          "cflog_codes: images ", args.images, ", height ", args.height, ", width ", args.width, ", in ", args.in,
          ", latents ", args.latents, ", groups ", args.groups, ", out ", args.out,
          ", expected at least 1 of each, and groups a divisor of the latents");
  const FloatEnvironment standard;
  const Timed timed("cflog_codes", {args.height, args.in, args.out, args.groups}, work(args));
  Parts parts;
  CflogFactors factors(args, parts);
  const Index sums_at = parts.add<double>(args.mean == nullptr ? 0 : args.images * 2 * args.out);
  const Index zeros_at = parts.add<float>(args.out);
  std::byte* const memory = parts.take(Scratch::call);
  auto* const sums = args.mean == nullptr ? nullptr : part_of<double>(memory, sums_at);
  auto* const zeros = part_of<float>(memory, zeros_at);
  std::fill_n(zeros, args.out, 0.0F);
  if (!factors.pack(args, memory)) return false;

  const CflogImage one(args, factors);
  std::atomic<bool> good = true;
  parallel_for(args.images, [&](Index image) {
    ChannelSums own;
    if (sums != nullptr) {
      own = {.sum = sums + image * 2 * args.out, .squares = sums + (image * 2 + 1) * args.out, .zeros = zeros};
      std::fill_n(own.sum, 2 * args.out, 0.0);
    }
    if (good.load(std::memory_order_relaxed) && !one.run(image, own)) good.store(false, std::memory_order_relaxed);
  });
  if (good && sums != nullptr) finish_statistics(args, sums);
  return good;
}

}  // namespace mog::kernels
