// Slots are written by their shards, added up a piece each, in the order of shards.
#include "core/memory_shard.hpp"

#include <sched.h>

#include <algorithm>
#include <ctime>

#include "core/error.hpp"

namespace mog {

MemoryShard::MemoryShard(ShardMemory& memory, ShardSeconds& seconds, const ShardLayout& layout, int place,
                         std::function<void()> alive)
    : memory_(memory),
      seconds_(seconds),
      layout_(layout),
      place_(place),
      shard_(layout.rank * layout.here + place),
      shards_(layout.shards()),
      alive_(std::move(alive)) {}

void MemoryShard::gather(std::span<const double> own, std::span<double> all) {
  require_room(own.size());
  require(all.size() == own.size() * static_cast<std::size_t>(shards_), "shards: room for ", all.size(),
          " numbers, expected ", own.size(), " of each of ", shards_);
  const SecondsOf call(seconds_.calls);
  std::copy(own.begin(), own.end(), memory_.slot<double>(shard_));
  wait_for_all();
  if (layout_.ranks > 1) {
    if (place_ == 0) gather_ranks(own.size());
    wait();
  }
  for (int s = 0; s < shards_; ++s) {
    std::copy_n(memory_.slot<double>(s), own.size(), all.data() + static_cast<std::size_t>(s) * own.size());
  }
  wait();  // before anybody writes again
}

void MemoryShard::add(std::span<float> numbers) {
  const auto count = static_cast<Index>(numbers.size());
  require_room(numbers.size());
  const SecondsOf call(seconds_.calls);
  std::copy(numbers.begin(), numbers.end(), memory_.slot<float>(shard_));
  wait_for_all();
  const bool first = place_ == 0, several = layout_.ranks > 1;
  if (several) {
    if (first) exchange_chunks(count);
    wait();
  }
  float* const sums = memory_.slot<float>(shards_);
  const Range chunk = chunk_of(count, layout_.rank), part = piece_of(chunk.end - chunk.begin, layout_.here, place_, 16);
  for (Index i = chunk.begin + part.begin; i < chunk.begin + part.end; ++i) {
    float sum = memory_.slot<float>(0)[i];
    for (int s = 1; s < shards_; ++s) sum += memory_.slot<float>(s)[i];
    sums[i] = sum;
  }
  wait();
  if (several) {
    if (first) link_->gather({sums, numbers.size()}, counts_of(count, 1));
    wait();
  }
  std::copy_n(sums, numbers.size(), numbers.begin());
}

void MemoryShard::require_room(std::size_t numbers) const {
  require(static_cast<Index>(numbers) <= memory_.numbers(), "shards: ", numbers, " numbers at once, expected at most ",
          memory_.numbers());
}

std::vector<Index> MemoryShard::counts_of(Index count, Index each) const {
  std::vector<Index> counts;
  counts.reserve(static_cast<std::size_t>(layout_.ranks));
  for (int r = 0; r < layout_.ranks; ++r) counts.push_back(each * (chunk_of(count, r).end - chunk_of(count, r).begin));
  return counts;
}

void MemoryShard::gather_ranks(std::size_t each) {
  rows_.resize(each * static_cast<std::size_t>(shards_));
  const auto row = [&](int shard) { return rows_.begin() + static_cast<std::ptrdiff_t>(each) * shard; };
  for (int s = shard_; s < shard_ + layout_.here; ++s) std::copy_n(memory_.slot<double>(s), each, row(s));
  link_->gather(rows_);
  for (int s = 0; s < shards_; ++s) std::copy_n(row(s), each, memory_.slot<double>(s));
}

void MemoryShard::exchange_chunks(Index count) {
  const Range own = chunk_of(count, layout_.rank);
  const Index width = own.end - own.begin;
  send_.clear();
  receive_.resize(to_size(width * shards_));
  for (int r = 0; r < layout_.ranks; ++r) {
    const Range theirs = chunk_of(count, r);
    for (int s = shard_; s < shard_ + layout_.here; ++s) {
      const float* const slot = memory_.slot<float>(s);
      send_.insert(send_.end(), slot + theirs.begin, slot + theirs.end);
    }
  }
  const std::vector<Index> receive_counts(static_cast<std::size_t>(layout_.ranks), width * layout_.here);
  link_->exchange(send_, counts_of(count, layout_.here), receive_, receive_counts);
  for (int s = 0; s < shards_; ++s) {
    std::copy_n(receive_.begin() + s * width, width, memory_.slot<float>(s) + own.begin);
  }
}

void MemoryShard::wait_for_all() {
  const SecondsOf waiting(seconds_.waiting);
  wait();
}

void MemoryShard::wait() {
  ShardWords& words = memory_.words();
  const unsigned round = words.round.load();
  if (words.arrived.fetch_add(1) + 1 == layout_.here) {
    words.arrived.store(0);
    words.round.store(round + 1);
    return;
  }
  constexpr int kSpins = 2000, kYields = 200;
  for (int turn = 0; words.round.load() == round; ++turn) {
    words.throw_if_failed();
    if (turn < kSpins) continue;
    if (turn < kSpins + kYields) {
      ::sched_yield();
      continue;
    }
    alive_();
    constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 100'000};
    ::nanosleep(&kPause, nullptr);
  }
}

}  // namespace mog
