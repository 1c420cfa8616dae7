// The meaning of the operations on bytes: plain loops.
#include <algorithm>

#include "core/kernels/codes_u8/codes_u8.hpp"

namespace mog::kernels {
namespace {

void patches(const Patches& args) {
  for (Index pixel = 0; pixel < args.rows * args.width; ++pixel) {
    for (Index i = 0; i < 9 * args.channels; ++i) {
      const Index tap = i / args.channels, c = i % args.channels;
      const Index h = args.row + pixel / args.width + tap / 3 - 1, w = pixel % args.width + tap % 3 - 1;
      const bool inside = h >= 0 && h < args.height && w >= 0 && w < args.width;
      args.y[pixel * args.y_pixel + i] = inside ? args.x[(h * args.width + w) * args.channels + c] : args.border;
    }
  }
}

void map_sums(const MapSums& args) {
  for (Index c = 0; c < args.channels; ++c) {
    args.y[c] = 0;
    for (Index p = 0; p < args.pixels; ++p) args.y[c] += args.x[p * args.x_pixel + c];
  }
}

void max_pool(const MaxPoolU8& args) {
  const Index width = args.width / 2;
  for (Index p = 0; p < args.rows / 2 * width; ++p) {
    for (Index c = 0; c < args.channels; ++c) {
      int best = -1;
      std::uint8_t first = 0;
      for (std::uint8_t window = 0; window < 4; ++window) {
        const Index h = p / width * 2 + window / 2, w = p % width * 2 + window % 2;
        const int x = args.x[(h * args.width + w) * args.channels + c];
        if (x > best) {
          best = x;
          first = window;
        }
      }
      args.y[p * args.channels + c] = static_cast<std::uint8_t>(best);
      if (args.which != nullptr) args.which[p * args.channels + c] = first;
    }
  }
}

std::uint8_t mux(const MuxResidual& args, Index p, Index c) {
  const int x = args.x[p * args.channels + c], i1 = args.i1[p * args.channels + c];
  const int i0 = args.one_bit ? x | i1 : (x + i1) / 2;
  return static_cast<std::uint8_t>(args.select[c] != 0 ? i1 : i0);
}

void mux_residual(const MuxResidual& args) {
  const Index width = args.pool ? args.width / 2 : args.width, rows = args.pool ? args.rows / 2 : args.rows;
  for (Index p = 0; p < rows * width; ++p) {
    for (Index c = 0; c < args.channels; ++c) {
      std::uint8_t& y = args.y[p * args.channels + c];
      if (!args.pool) {
        y = mux(args, p, c);
        continue;
      }
      const Index corner = p / width * 2 * args.width + p % width * 2;
      y = std::max({mux(args, corner, c), mux(args, corner + 1, c), mux(args, corner + args.width, c),
                    mux(args, corner + args.width + 1, c)});
    }
  }
}

}  // namespace

extern constinit const CodesU8Kernels codes_u8_reference{.isa = Isa::reference,
                                                         .patches = patches,
                                                         .map_sums = map_sums,
                                                         .mux_residual = mux_residual,
                                                         .max_pool = max_pool};

}  // namespace mog::kernels
