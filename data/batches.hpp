// Batches of a data set: which pictures are in batch b of epoch e, and how they are placed; nothing to save or restore.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/parallel.hpp"
#include "core/tensor.hpp"
#include "data/augment.hpp"
#include "data/dataset.hpp"

namespace mog {

struct BatchOptions {
  Index batch = 50;        // pictures in a batch, 1 or more
  std::uint64_t seed = 1;  // of the order and of the placements
  Augmentation augment{};
  int shards = 1;  // batches with fewer pictures than these are left out
};

/// One batch in memory.
struct Batch {
  Tensor<float> images;              // [size, H, W, C]
  std::vector<std::int32_t> labels;  // [size]
};

/// Any batch of any epoch, in any order: batch b of epoch e holds the same bits whichever batches were filled before,
/// so that a run goes on where it stopped by its epoch and batch numbers alone. The data set must outlive this.
class Batches {
 public:
  /// For training: every epoch in another order, a Fisher-Yates shuffle drawn by (seed, epoch), and augmented. The last
  /// batch of an epoch may be smaller; one with a single picture is dropped (unless all have), as it has no variance.
  static Batches training(const Dataset& data, const BatchOptions& options = {});
  /// For measuring: all pictures once, in their order, as they are; the last batch may be smaller.
  /// The epoch is ignored.
  static Batches evaluation(const Dataset& data, Index batch = 50, int shards = 1);

  /// From now on this is one shard: of each batch it has the pictures of piece_of(whole_size(b), shards, shard) alone.
  /// Throws std::invalid_argument unless 0 <= shard < the options' shards.
  void set_shard(int shard);
  /// Batches in an epoch.
  [[nodiscard]] Index count() const { return count_; }
  /// Pictures in batch b, of this shard where it is one.
  [[nodiscard]] Index size(Index b) const { return part_of(b).end - part_of(b).begin; }
  /// Pictures in batch b, of all shards.
  [[nodiscard]] Index whole_size(Index b) const;
  /// Writes batch b of an epoch: images [size(b), H, W, C], centred (see write_centred), and their labels. Both may be
  /// longer than needed. Throws std::invalid_argument when b or epoch is out of range or a buffer is too short.
  void fill(Index epoch, Index b, std::span<float> images, std::span<std::int32_t> labels);
  /// The same of the middle `side` x `side` pixels alone of the pictures as they are placed, 1 <= side <= H, W: images
  /// [size(b), side, side, C].
  void fill_cropped(Index epoch, Index b, Index side, std::span<float> images, std::span<std::int32_t> labels);
  /// The same into a batch, whose memory serves again when it has the right size.
  void fill(Index epoch, Index b, Batch& batch);

 private:
  Batches(const Dataset& data, const BatchOptions& options, bool shuffled);
  [[nodiscard]] Range part_of(Index b) const;
  void shuffle(Index epoch);
  void fill(Index epoch, Index b, const Window& window, std::span<float> images, std::span<std::int32_t> labels);

  const Dataset* data_;
  BatchOptions options_;
  bool shuffled_;
  int shard_ = -1;  // -1: all of them
  Index count_ = 0;
  std::vector<std::uint32_t>
      order_;  // of ordered_epoch_: kept only because drawing it takes as long as several batches
  Index ordered_epoch_ = -1;
};

}  // namespace mog
