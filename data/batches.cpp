// Orders an epoch and fills batches on all threads.
#include "data/batches.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/random.hpp"

namespace mog {

Batches::Batches(const Dataset& data, const BatchOptions& options, bool shuffled)
    : data_(&data), options_(options), shuffled_(shuffled), order_(static_cast<std::size_t>(data.size())) {
  constexpr Index kMost = std::numeric_limits<std::uint32_t>::max();
  require(options.batch >= 1, "batches: batch of ", options.batch, ", expected 1 or more");
  require(options.augment.pad >= 0 && options.augment.pad <= kMost / 4, "batches: padding ", options.augment.pad,
          ", expected 0 or more");
  require(data.size() <= kMost, "batches: ", data.size(), " pictures, expected at most ", kMost);
  data.check();
  std::iota(order_.begin(), order_.end(), 0U);
  count_ = (data.size() + options.batch - 1) / options.batch;
  require(options.shards >= 1, "batches: ", options.shards, " shards, expected at least 1");
  const Index least = std::max<Index>(shuffled && options.batch > 1 ? 2 : 1, shuffled ? options.shards : 1);
  if (count_ > 0 && whole_size(count_ - 1) < least) --count_;
  require(count_ >= 1, "batches: ", data.name, " has ", data.size(), " pictures, expected ", least, " or more");
}

Batches Batches::training(const Dataset& data, const BatchOptions& options) { return {data, options, true}; }

Batches Batches::evaluation(const Dataset& data, Index batch, int shards) {
  return {data, {.batch = batch, .seed = 0, .augment = {}, .shards = shards}, false};
}

void Batches::set_shard(int shard) {
  require(shard >= 0 && shard < options_.shards, "batches: shard ", shard, ", expected 0 to ", options_.shards - 1);
  shard_ = shard;
}

Index Batches::whole_size(Index b) const { return std::min(options_.batch, data_->size() - b * options_.batch); }

Range Batches::part_of(Index b) const {
  return shard_ < 0 ? Range{0, whole_size(b)} : piece_of(whole_size(b), options_.shards, shard_);
}

void Batches::shuffle(Index epoch) {
  if (epoch == ordered_epoch_) return;
  std::iota(order_.begin(), order_.end(), 0U);
  Random random(options_.seed, Purpose::shuffle, static_cast<std::uint32_t>(epoch));
  for (std::size_t left = order_.size(); left > 1; --left) std::swap(order_[left - 1], order_[random.below(left)]);
  ordered_epoch_ = epoch;
}

void Batches::fill(Index epoch, Index b, std::span<float> images, std::span<std::int32_t> labels) {
  fill(epoch, b, Window{.height = data_->height, .width = data_->width}, images, labels);
}

void Batches::fill_cropped(Index epoch, Index b, Index side, std::span<float> images, std::span<std::int32_t> labels) {
  require(side >= 1 && side <= std::min(data_->height, data_->width), "batches: crops of ", side,
          " pixels, expected 1 to ", std::min(data_->height, data_->width));
  const Window middle{
      .top = (data_->height - side) / 2, .left = (data_->width - side) / 2, .height = side, .width = side};
  fill(epoch, b, middle, images, labels);
}

void Batches::fill(Index epoch, Index b, const Window& window, std::span<float> images,
                   std::span<std::int32_t> labels) {
  require(epoch >= 0 && epoch <= std::numeric_limits<std::uint32_t>::max(), "batches: epoch ", epoch,
          ", expected 0 or more");
  require(b >= 0 && b < count_, "batches: batch ", b, ", expected 0 to ", count_ - 1);
  const Index count = size(b), first = b * options_.batch + part_of(b).begin;
  const Index image_size = window.height * window.width * data_->channels;
  require(static_cast<Index>(images.size()) >= count * image_size, "batches: room for ", images.size(),
          " pixels, expected ", count * image_size);
  require(static_cast<Index>(labels.size()) >= count, "batches: room for ", labels.size(), " labels, expected ", count);
  if (shuffled_) shuffle(epoch);
  parallel_for(count, [&](Index i) {
    const Index index = order_[static_cast<std::size_t>(first + i)];
    const Placement placement = shuffled_ ? draw_placement(options_.augment, options_.seed, epoch, index) : Placement{};
    const Picture picture{data_->image(index), data_->height, data_->width, data_->channels};
    write_centred(picture, placement, window, images.data() + i * image_size);
    labels[static_cast<std::size_t>(i)] = data_->labels[static_cast<std::size_t>(index)];
  });
}

void Batches::fill(Index epoch, Index b, Batch& batch) {
  const Shape shape{size(b), data_->height, data_->width, data_->channels};
  if (batch.images.empty() || batch.images.shape() != shape) batch.images = Tensor<float>(shape);
  batch.labels.resize(static_cast<std::size_t>(size(b)));
  fill(epoch, b, batch.images.values(), batch.labels);
}

}  // namespace mog
