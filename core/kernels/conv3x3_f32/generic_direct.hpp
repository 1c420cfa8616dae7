// The 3x3 convolution as it is written, for any numbers of channels: blocks of channels, patches of the map.
#pragma once

#include "core/kernels/conv3x3_f32/generic_tile.hpp"

namespace mog::kernels {

/// A vector holds outputs of one group, and inputs are broadcast; the last vector of a group is filled up with zeros.
/// Everything here is a template on Arch for the one-definition rule: of an ordinary inline function the linker would
/// keep one copy, compiled for any of the instruction sets. For the same reason it calls no function of the standard
/// library.
template <class Arch, int Registers>
struct Conv3x3Direct {
  static Index blocks(const Conv3x3Sizes& z) { return Layout(z).blocks; }

  static Index packed_size(const Conv3x3Sizes& z) {
    const Layout l(z);
    return l.vectors * z.groups * 9 * l.inputs * kLanes;
  }

  static Index scratch_size(const Conv3x3Sizes& z) {
    return larger(Layout(z).scratch_size(), Layout(z, Use::weight_gradient).scratch_size());
  }

  static void pack(const Conv3x3Sizes& z, Index block, const float* weight, bool transposed, float* packed) {
    for_each_weight(z, block, transposed,
                    [=](Index to, Index from, bool there) { packed[to] = there ? weight[from] : 0.0F; });
  }

  static Index sums_size(const Conv3x3Sizes& z) { return packed_size(z); }
  static void unpack(const Conv3x3Sizes& z, Index block, const float* packed, float* weight) {
    for_each_weight(z, block, false, [=](Index from, Index to, bool there) {
      if (there) weight[to] = packed[from];
    });
  }

  static void forward(const Conv3x3Part& part, const float* x, const float* packed, float* y) {
    const Layout l(part.sizes);
    for_each_patch(part, l,
                   [&](Index n, const Conv3x3Patch& patch) { forward_patch(part, l, n, patch, x, packed, y); });
  }

  static void weight_gradient(const Conv3x3Part& part, const float* x, const float* dy, float* sums) {
    const Layout l(part.sizes, Use::weight_gradient);
    for_each_patch(part, l,
                   [&](Index n, const Conv3x3Patch& patch) { gradient_patch(part, l, n, patch, x, dy, sums); });
  }

 private:
  using Vector = xsimd::batch<float, Arch>;
  using Input = BroadcastInput<Arch>;
  static constexpr Index kLanes = Index{Vector::size};
  /// Vectors of a group that are computed from one copy of the patch.
  static constexpr Index kBlockVectors = 32 / kLanes;
  /// Floats of a patch; and, in the weight gradient, of a plane of it, which has to stay in the first-level cache
  /// together with the vector of dy that it is multiplied by.
  static constexpr Index kPatch = 32768, kGradientPlane = 4096;
  static constexpr Index kMostRows = 16;

  static constexpr Index quotient_up(Index a, Index b) { return (a + b - 1) / b; }

  enum class Use { forward, weight_gradient };

  /// How the channels are laid out in vectors, blocks and patches.
  struct Layout {
    Index inputs, outputs;   // of a group
    Index vectors;           // of a group
    Index blocks, in_block;  // blocks in all, vectors of each (the last of a group may have fewer)
    Index columns, rows;     // of a patch, at most
    Index planes;            // of a patch
    Index images;            // of a patch, at most: where maps are small a weight gradient's has several

    explicit Layout(const Conv3x3Sizes& z, Use use = Use::forward)
        : inputs(z.in / z.groups), outputs(z.out / z.groups) {
      vectors = quotient_up(outputs, kLanes);
      in_block = smaller(kBlockVectors, vectors);
      blocks = z.groups * quotient_up(vectors, in_block);
      columns = smaller(z.width, 32);
      planes = quotient_up(inputs, Input::kInner);
      const Index row = (columns + 2) * Input::kPixel;
      const Index room = use == Use::forward ? kPatch / planes : kGradientPlane;  // for a plane
      rows = smaller(z.height, smaller(kMostRows, larger(room / row - 2, Registers / 16)));
      const bool whole = rows == z.height && columns == z.width;
      images = use == Use::weight_gradient && whole ? smaller(z.images, larger(1, room / ((rows + 2) * row))) : 1;
    }

    /// Floats of one image's part of a patch, and of a vector of each of its pixels.
    [[nodiscard]] Index patch_size() const { return (rows + 2) * (columns + 2) * Input::kPixel * planes; }
    [[nodiscard]] Index vector_size() const { return rows * columns * kLanes; }
    [[nodiscard]] Index scratch_size() const { return images * (patch_size() + vector_size()); }
  };

  /// The channels of one vector, and where its weights stand.
  struct Place {
    Index in, out;  // first channel
    Index count;    // channels of y that it writes
    Index packed;   // offset of its weights
  };

  static Index vectors_of(const Layout& l, Index block) {
    const Index in_group = quotient_up(l.vectors, l.in_block);
    return smaller(l.in_block, l.vectors - block % in_group * l.in_block);
  }

  static Place place(const Layout& l, Index block, Index v) {
    const Index in_group = quotient_up(l.vectors, l.in_block), group = block / in_group;
    const Index vector = block % in_group * l.in_block + v;
    return {group * l.inputs, group * l.outputs + vector * kLanes, smaller(kLanes, l.outputs - vector * kLanes),
            (group * l.vectors + vector) * 9 * l.inputs * kLanes};
  }

  /// Calls visit(offset in the packed order, offset in the contract's order, whether there is such a weight).
  template <class Visit>
  static void for_each_weight(const Conv3x3Sizes& z, Index block, bool transposed, const Visit& visit) {
    const Layout l(z);
    for (Index v = 0; v < vectors_of(l, block); ++v) {
      const Place p = place(l, block, v);
      Index lane_offset[kLanes];
      for (Index lane = 0; lane < kLanes; ++lane) {
        const Index group = (p.out + lane) / l.outputs, q = (p.out + lane) % l.outputs;
        lane_offset[lane] = group * 9 * l.inputs * l.outputs + q * (transposed ? l.inputs : 1);
      }
      Index to = p.packed;
      for (Index r = 0; r < 3; ++r) {
        for (Index d = 0; d < l.inputs; ++d) {
          for (Index s = 0; s < 3; ++s, to += kLanes) {
            const Index tap = transposed ? 8 - (r * 3 + s) : r * 3 + s;
            const Index offset = tap * l.inputs * l.outputs + d * (transposed ? 1 : l.outputs);
            for (Index lane = 0; lane < kLanes; ++lane) visit(to + lane, lane_offset[lane] + offset, lane < p.count);
          }
        }
      }
    }
  }

  /// Calls visit(first image, patch) for the patches of a part.
  template <class Visit>
  static void for_each_patch(const Conv3x3Part& part, const Layout& l, const Visit& visit) {
    const Index height = part.row_end - part.row_begin, width = part.sizes.width;
    const Index down = quotient_up(height, l.rows), across = quotient_up(width, l.columns);
    for (Index n = part.image_begin; n < part.image_end; n += l.images) {
      for (Index i = 0; i < down; ++i) {
        for (Index j = 0; j < across; ++j) {
          Conv3x3Patch patch;
          patch.images = smaller(l.images, part.image_end - n);
          patch.row = part.row_begin + height * i / down;
          patch.rows = part.row_begin + height * (i + 1) / down - patch.row;
          patch.column = width * j / across;
          patch.columns = width * (j + 1) / across - patch.column;
          patch.plane = (patch.columns + 2) * Input::kPixel;
          patch.stride = patch.plane * l.planes;
          visit(n, patch);
        }
      }
    }
  }

  static void forward_patch(const Conv3x3Part& part, const Layout& l, Index n, const Conv3x3Patch& patch,
                            const float* x, const float* packed, float* y) {
    const Conv3x3Sizes& z = part.sizes;
    const Index first = n * z.height * z.width;
    for (Index v = 0; v < vectors_of(l, part.block); ++v) {
      const Place p = place(l, part.block, v);
      if (v == 0) fill_patch<Input>(patch, z, x + first * z.in + p.in, l.inputs, part.scratch);
      float* to = y + (first + patch.row * z.width + patch.column) * z.out + p.out;
      const bool ragged = p.count < kLanes;
      float* beside = part.scratch + l.patch_size();
      Conv3x3Tiles<Arch, Registers>::forward(patch, part.scratch, packed + p.packed, l.inputs,
                                             ragged ? Conv3x3Channels{beside, patch.columns * kLanes, kLanes}
                                                    : Conv3x3Channels{to, z.width * z.out, z.out});
      if (!ragged) continue;
      for (Index h = 0; h < patch.rows; ++h) {
        for (Index w = 0; w < patch.columns; ++w, beside += kLanes) {
          for (Index q = 0; q < p.count; ++q) to[(h * z.width + w) * z.out + q] = beside[q];
        }
      }
    }
  }

  /// The first `count` floats at `from`, and zeros for the others.
  [[gnu::always_inline]] static void copy_vector(const float* from, Index count, float* to) {
    if (count == kLanes) return Vector::load_unaligned(from).store_aligned(to);
    for (Index q = 0; q < kLanes; ++q) to[q] = q < count ? from[q] : 0.0F;
  }

  static void gradient_patch(const Conv3x3Part& part, const Layout& l, Index n, const Conv3x3Patch& patch,
                             const float* x, const float* dy, float* sums) {
    const Conv3x3Sizes& z = part.sizes;
    const Index pixels = z.height * z.width;
    for (Index v = 0; v < vectors_of(l, part.block); ++v) {
      const Place p = place(l, part.block, v);
      if (v == 0) fill_patch<Input>(patch, z, x + n * pixels * z.in + p.in, l.inputs, part.scratch);
      float* const vectors = part.scratch + l.images * l.patch_size();
      float* to = vectors;
      for (Index i = 0; i < patch.images; ++i) {
        for (Index h = patch.row; h < patch.row + patch.rows; ++h) {
          const float* from = dy + (((n + i) * z.height + h) * z.width + patch.column) * z.out + p.out;
          for (Index w = 0; w < patch.columns; ++w, from += z.out, to += kLanes) copy_vector(from, p.count, to);
        }
      }
      Conv3x3Tiles<Arch, Registers>::weight_gradient(patch, part.scratch, vectors, l.inputs, sums + p.packed);
    }
  }
};

}  // namespace mog::kernels
