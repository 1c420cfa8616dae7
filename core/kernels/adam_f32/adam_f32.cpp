// Adam's update: checks, the choice of an instruction set, the split over threads.
#include "core/kernels/adam_f32/adam_f32.hpp"

#include "core/kernels/split.hpp"

namespace mog::kernels {

// One row a file of this folder.
extern const AdamKernels<float> adam_avx512, adam_avx2, adam_neon64, adam_reference;
extern const AdamKernels<double> adam_reference_f64;

std::span<const AdamKernels<float>> adam_kernels() {
  static const AdamKernels<float> table[] = {
#ifdef MOG_HAVE_AVX512
      adam_avx512,
#endif
#ifdef MOG_HAVE_AVX2
      adam_avx2,
#endif
#ifdef MOG_HAVE_NEON64
      adam_neon64,
#endif
      adam_reference,
  };
  return table;
}

namespace {

const AdamKernels<float>& chosen(float) {
  static const AdamKernels<float>& row = select(adam_kernels());
  return row;
}
const AdamKernels<double>& chosen(double) { return adam_reference_f64; }

template <class T>
void run(const AdamUpdate<T>& all) {
  const Timed timed("adam_update", {all.count}, stream_work<T>(all.count, 7));
  const bool work = check_operands("adam_update", {{"count", all.count}},
                                   {{"gradient", all.gradient}, {"weight", all.weight}, {"m", all.m}, {"v", all.v}});
  if (!work) return;
  parallel_ranges(all.count, kSmallestRange, 64, [&](Range range, Index) {
    AdamUpdate<T> part = all;
    part.gradient += range.begin;
    part.weight += range.begin;
    part.m += range.begin;
    part.v += range.begin;
    part.count = range.end - range.begin;
    chosen(T{}).adam_update(part);
  });
}

}  // namespace

void adam_update(const AdamUpdate<float>& args) { run(args); }
void adam_update(const AdamUpdate<double>& args) { run(args); }

}  // namespace mog::kernels
