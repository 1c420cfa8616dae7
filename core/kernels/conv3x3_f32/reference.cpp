// The meaning of the 3x3 convolution kernels: plain loops, never clever; the double entry points and the last row of
// the table.
#include "core/kernels/conv3x3_f32/kernels.hpp"

namespace mog::kernels {
namespace {

/// Calls visit(h, w, r, s, the pixel that tap (r, s) reads at (h, w)) for each tap that lies within the map.
template <class Visit>
void for_each_tap(const Conv3x3Sizes& z, Index row_begin, Index row_end, const Visit& visit) {
  for (Index h = row_begin; h < row_end; ++h) {
    for (Index w = 0; w < z.width; ++w) {
      for (Index r = 0; r < 3; ++r) {
        for (Index s = 0; s < 3; ++s) {
          const Index from_h = h + r - 1, from_w = w + s - 1;
          if (from_h < 0 || from_h >= z.height || from_w < 0 || from_w >= z.width) continue;
          visit(h * z.width + w, r * 3 + s, from_h * z.width + from_w);
        }
      }
    }
  }
}

/// y of group g of one image, rows [row_begin, row_end).
template <class T>
void forward(const Conv3x3Forward<T>& a, Index image, Index g, Index row_begin, Index row_end) {
  const Conv3x3Sizes& z = a.sizes;
  const Index I = z.in / z.groups, Q = z.out / z.groups, pixels = z.height * z.width;
  const T* x = a.x + image * pixels * z.in + g * I;
  T* y = a.y + image * pixels * z.out + g * Q;
  for (Index p = row_begin * z.width; p < row_end * z.width; ++p) {
    for (Index q = 0; q < Q; ++q) y[p * z.out + q] = 0;
  }
  for_each_tap(z, row_begin, row_end, [&](Index to, Index tap, Index from) {
    const T* weight = a.weight + (g * 9 + tap) * I * Q;
    for (Index i = 0; i < I; ++i) {
      for (Index q = 0; q < Q; ++q) y[to * z.out + q] += x[from * z.in + i] * weight[i * Q + q];
    }
  });
}

template <class T>
void input_gradient(const Conv3x3InputGradient<T>& a, Index image, Index g) {
  const Conv3x3Sizes& z = a.sizes;
  const Index I = z.in / z.groups, Q = z.out / z.groups, pixels = z.height * z.width;
  const T* dy = a.dy + image * pixels * z.out + g * Q;
  T* dx = a.dx + image * pixels * z.in + g * I;
  for (Index p = 0; p < pixels; ++p) {
    for (Index i = 0; i < I; ++i) dx[p * z.in + i] = 0;
  }
  for_each_tap(z, 0, z.height, [&](Index to, Index tap, Index from) {
    const T* weight = a.weight + (g * 9 + tap) * I * Q;
    for (Index i = 0; i < I; ++i) {
      for (Index q = 0; q < Q; ++q) dx[from * z.in + i] += dy[to * z.out + q] * weight[i * Q + q];
    }
  });
}

/// Adds to dweight of group g what rows [row_begin, row_end) of one image contribute.
template <class T>
void weight_gradient(const Conv3x3WeightGradient<T>& a, Index image, Index g, Index row_begin, Index row_end) {
  const Conv3x3Sizes& z = a.sizes;
  const Index I = z.in / z.groups, Q = z.out / z.groups, pixels = z.height * z.width;
  const T* x = a.x + image * pixels * z.in + g * I;
  const T* dy = a.dy + image * pixels * z.out + g * Q;
  for_each_tap(z, row_begin, row_end, [&](Index to, Index tap, Index from) {
    T* dweight = a.dweight + (g * 9 + tap) * I * Q;
    for (Index i = 0; i < I; ++i) {
      for (Index q = 0; q < Q; ++q) dweight[i * Q + q] += x[from * z.in + i] * dy[to * z.out + q];
    }
  });
}

// The row of the table: a block is a group, and the packed order is [G, 3, 3, I, Q].

Index blocks(const Conv3x3Sizes& z) { return z.groups; }
Index scratch_size(const Conv3x3Sizes&) { return 0; }
Index packed_size(const Conv3x3Sizes& z) { return 9 * z.in * z.out / z.groups; }

void pack(const Conv3x3Sizes& z, Index g, const float* weight, bool transposed, float* packed) {
  const Index I = z.in / z.groups, Q = z.out / z.groups;
  for (Index tap = 0; tap < 9; ++tap) {
    const float* from = weight + (g * 9 + (transposed ? 8 - tap : tap)) * I * Q;
    float* to = packed + (g * 9 + tap) * I * Q;
    for (Index i = 0; i < I; ++i) {
      for (Index q = 0; q < Q; ++q) to[i * Q + q] = transposed ? from[q * I + i] : from[i * Q + q];
    }
  }
}

void unpack(const Conv3x3Sizes& z, Index g, const float* packed, float* weight) {
  const Index size = packed_size(z) / z.groups;
  for (Index j = g * size; j < (g + 1) * size; ++j) weight[j] = packed[j];
}

void forward_part(const Conv3x3Part& p, const float* x, const float* packed, float* y) {
  for (Index n = p.image_begin; n < p.image_end; ++n) {
    forward<float>({x, packed, y, p.sizes}, n, p.block, p.row_begin, p.row_end);
  }
}

void weight_gradient_part(const Conv3x3Part& p, const float* x, const float* dy, float* sums) {
  for (Index n = p.image_begin; n < p.image_end; ++n) {
    weight_gradient<float>({x, dy, sums, p.sizes}, n, p.block, p.row_begin, p.row_end);
  }
}

}  // namespace

constinit const Conv3x3Kernel kConv3x3Reference{Isa::reference, blocks, scratch_size, packed_size,         pack,
                                                packed_size,    unpack, forward_part, weight_gradient_part};

void conv3x3_forward(const Conv3x3Forward<double>& args) {
  check_sizes("conv3x3_forward", args.sizes);
  for (Index n = 0; n < args.sizes.images; ++n) {
    for (Index g = 0; g < args.sizes.groups; ++g) forward(args, n, g, 0, args.sizes.height);
  }
}

void conv3x3_input_gradient(const Conv3x3InputGradient<double>& args) {
  check_sizes("conv3x3_input_gradient", args.sizes);
  for (Index n = 0; n < args.sizes.images; ++n) {
    for (Index g = 0; g < args.sizes.groups; ++g) input_gradient(args, n, g);
  }
}

void conv3x3_weight_gradient(const Conv3x3WeightGradient<double>& args) {
  check_sizes("conv3x3_weight_gradient", args.sizes);
  for (Index j = 0; j < packed_size(args.sizes); ++j) args.dweight[j] = 0;
  for (Index n = 0; n < args.sizes.images; ++n) {
    for (Index g = 0; g < args.sizes.groups; ++g) weight_gradient(args, n, g, 0, args.sizes.height);
  }
}

}  // namespace mog::kernels
