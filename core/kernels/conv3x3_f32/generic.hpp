// The 3x3 convolution kernels of an instruction set: the first of five methods that suits a convolution.
#pragma once

#include "core/kernels/conv3x3_f32/generic_direct.hpp"
#include "core/kernels/conv3x3_f32/generic_few_inputs.hpp"
#include "core/kernels/conv3x3_f32/generic_small_groups.hpp"
#include "core/kernels/conv3x3_f32/generic_winograd.hpp"
#include "core/kernels/conv3x3_f32/generic_winograd_rows.hpp"

namespace mog::kernels {

/// In the order in which they are tried, each where its suits() says so:
///   FewInputs        maps of a few channels, such as an image           generic_few_inputs.hpp
///   WinogradRows<1>  groups of one vector: F(2, 3), down the map only   generic_winograd_rows.hpp, _strip.hpp
///   WinogradRows<2>  groups of half a vector: the same                  the same files
///   SmallGroups      groups of up to a quarter of a vector              generic_small_groups.hpp
///   Winograd         whole vectors of channels: F(2x2, 3x3)             generic_winograd.hpp, _map.hpp, _product.hpp
///   Direct           all others, as the sum is written                  generic_direct.hpp, _tile.hpp, _patch.hpp
/// Direct has, for example, channels that fill no vector, maps of a single row, and the input gradient of the first
/// layer, which no network needs.
template <class Arch, int Registers>
struct Conv3x3Loops {
  static constexpr Conv3x3Kernel kernel(Isa isa) {
    return {isa, blocks, scratch_size, packed_size, pack, sums_size, unpack, forward, weight_gradient};
  }

 private:
  using Direct = Conv3x3Direct<Arch, Registers>;
  using FewInputs = Conv3x3FewInputs<Arch, Registers>;
  using SmallGroups = Conv3x3SmallGroups<Arch, Registers>;
  using Winograd = Conv3x3Winograd<Arch, Registers>;
  template <int kPairs>
  using WinogradRows = Conv3x3WinogradRows<Arch, Registers, kPairs>;

  /// Calls work with an object of the class whose loops run.
  template <class Work>
  static auto with_loops(const Conv3x3Sizes& z, const Work& work) {
    if (FewInputs::suits(z)) return work(FewInputs());
    if (WinogradRows<1>::suits(z)) return work(WinogradRows<1>());
    if (WinogradRows<2>::suits(z)) return work(WinogradRows<2>());
    if (SmallGroups::suits(z)) return work(SmallGroups());
    return Winograd::suits(z) ? work(Winograd()) : work(Direct());
  }

  static Index blocks(const Conv3x3Sizes& z) {
    return with_loops(z, [&]<class Loops>(Loops) { return Loops::blocks(z); });
  }
  static Index scratch_size(const Conv3x3Sizes& z) {
    return with_loops(z, [&]<class Loops>(Loops) { return Loops::scratch_size(z); });
  }
  static Index packed_size(const Conv3x3Sizes& z) {
    return with_loops(z, [&]<class Loops>(Loops) { return Loops::packed_size(z); });
  }
  static void pack(const Conv3x3Sizes& z, Index block, const float* weight, bool transposed, float* packed) {
    with_loops(z, [&]<class Loops>(Loops) { Loops::pack(z, block, weight, transposed, packed); });
  }
  static Index sums_size(const Conv3x3Sizes& z) {
    return with_loops(z, [&]<class Loops>(Loops) { return Loops::sums_size(z); });
  }
  static void unpack(const Conv3x3Sizes& z, Index block, const float* sums, float* weight) {
    with_loops(z, [&]<class Loops>(Loops) { Loops::unpack(z, block, sums, weight); });
  }
  static void forward(const Conv3x3Part& part, const float* x, const float* packed, float* y) {
    with_loops(part.sizes, [&]<class Loops>(Loops) { Loops::forward(part, x, packed, y); });
  }
  static void weight_gradient(const Conv3x3Part& part, const float* x, const float* dy, float* sums) {
    with_loops(part.sizes, [&]<class Loops>(Loops) { Loops::weight_gradient(part, x, dy, sums); });
  }
};

}  // namespace mog::kernels
