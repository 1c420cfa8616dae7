// What a training says to the other shards of its batches.
#include <algorithm>
#include <iterator>

#include "core/crc32.hpp"
#include "train/trainer.hpp"

namespace mog {

void Trainer::set_shards(Communicator& shards) {
  require(shards.shards() == options_.shards, "train: ", shards.shards(), " shards, expected ", options_.shards);
  shards_ = &shards;
  batches_.set_shard(shards.shard());
  if (shards.shard() == 0) return;
  folder_ = nullptr;
  listener_ = nullptr;
  stop_ = {};
  save_now_ = {};
}

/// Each parameter's gradient becomes the sum of those of all shards.
void Trainer::add_gradients() {
  gradients_.clear();
  for (const Parameter<float>& one : parameters_.trained()) {
    const auto values = one.gradient.values();
    gradients_.insert(gradients_.end(), values.begin(), values.end());
  }
  shards_->add(gradients_);
  auto from = gradients_.cbegin();
  for (Parameter<float>& one : parameters_.trained()) {
    std::copy_n(from, one.gradient.elements(), one.gradient.data());
    from += one.gradient.elements();
  }
}

/// Counts a step of this loss, the mean over all images of the step; shards agree on it, and on whether to stop.
void Trainer::add_results(double loss, Index correct) {
  if (shards_ != nullptr) {
    const double own[] = {loss, static_cast<double>(correct), stop_ && stop_() ? 1.0 : 0.0};
    std::vector<double> all(std::size(own) * static_cast<std::size_t>(shards_->shards()));
    shards_->gather(own, all);
    loss = 0;
    correct = 0;
    for (std::size_t s = 0; s < all.size(); s += std::size(own)) {
      loss += all[s];
      correct += static_cast<Index>(all[s + 1]);
    }
    stop_agreed_ = all[2] != 0;
  }
  position_.loss_sum += loss * static_cast<double>(images_in_step());
  position_.correct += correct;
}

/// All shards update the same weights with the same sums: where they differ, a machine computes wrongly.
void Trainer::compare_weights() {
  std::uint32_t checksum = 0;
  for (const Parameter<float>& one : parameters_.trained()) {
    checksum = crc32(std::as_bytes(std::span<const float>(one.value.values())), checksum);
  }
  const double own[] = {static_cast<double>(checksum)};
  std::vector<double> all(static_cast<std::size_t>(shards_->shards()));
  shards_->gather(own, all);
  const auto other = std::find_if(all.begin(), all.end(), [&](double one) { return one != all[0]; });
  if (other == all.end()) return;
  throw std::runtime_error(concat("train: shard ", other - all.begin(),
                                  " has other weights than shard 0 at the end of epoch ", position_.epoch + 1,
                                  ": a processor or its memory errs"));
}

}  // namespace mog
