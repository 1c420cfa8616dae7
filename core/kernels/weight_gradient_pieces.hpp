// How a weight gradient is shared out, and its parts added in order.
#pragma once

#include <algorithm>

#include "core/kernels/scratch.hpp"
#include "core/parallel.hpp"

namespace mog::kernels {

/// x [rows, in] and dy [rows, out], of which a kernel works on so many columns at once.
struct WeightGradientSizes {
  Index rows, in, out, most_columns;
};

/// Some rows, and a strip of columns.
struct WeightGradientPiece {
  Range rows;
  Index column, columns;
  float* dw;  // where the sum goes: its first row, from that column on; `out` numbers from row to row
};

/// dw [in, out] as a sum over rows. The rows are cut into pieces whose number depends on the sizes only (each costs the
/// addition of a whole dw, so it has some hundreds of rows), the columns into strips of at most `most_columns`.
/// run(piece) writes the sum of a piece for a strip; the pieces' sums are added in order.
template <class Run>
void sum_of_pieces(const WeightGradientSizes& sizes, float* dw, const Run& run) {
  const Index size = sizes.in * sizes.out;
  const Index strips = (sizes.out + sizes.most_columns - 1) / sizes.most_columns;
  const Index pieces = std::clamp(sizes.rows / 400, Index{1}, std::max(Index{1}, 16 / strips));
  // The first piece's sum goes to dw itself, the others' to working memory until all are there.
  float* const sums = pieces == 1 ? nullptr : scratch(Scratch::call, (pieces - 1) * size);
  parallel_for(pieces * strips, [&](Index i) {
    const Index piece = i / strips, column = i % strips * sizes.most_columns;
    run(WeightGradientPiece{.rows = piece_of(sizes.rows, pieces, piece),
                            .column = column,
                            .columns = std::min(sizes.most_columns, sizes.out - column),
                            .dw = (piece == 0 ? dw : sums + (piece - 1) * size) + column});
  });
  if (pieces == 1) return;
  parallel_for(sizes.in, [&](Index c) {
    float* const sum = dw + c * sizes.out;
    for (Index piece = 1; piece < pieces; ++piece) {
      const float* more = sums + (piece - 1) * size + c * sizes.out;
      for (Index o = 0; o < sizes.out; ++o) sum[o] += more[o];
    }
  });
}

/// sums [parts, size]: adds the later parts to the first, in order.
inline void add_parts(float* sums, Index parts, Index size) {
  constexpr Index kRange = 4096;
  parallel_for((size + kRange - 1) / kRange, [&](Index i) {
    const Index end = std::min(size, (i + 1) * kRange);
    for (Index part = 1; part < parts; ++part) {
      const float* const more = sums + part * size;
      for (Index j = i * kRange; j < end; ++j) sums[j] += more[j];
    }
  });
}

}  // namespace mog::kernels
