// Conversions between floats and small integers, for AArch64.
#include "core/kernels/convert/generic.hpp"

namespace mog::kernels {

extern constinit const ConvertKernels convert_neon64 = ConvertLoops<xsimd::neon64>::kernels(Isa::neon64);

}  // namespace mog::kernels
