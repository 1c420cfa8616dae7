// The steps that the runtime is a list of: one kernel call each, on some of the rows of a map.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/kernels/codes_u8/codes_u8.hpp"
#include "core/parallel.hpp"
#include "deploy/runtime/aligned_bytes.hpp"
#include "deploy/runtime/arena_plan.hpp"
#include "deploy/runtime/engine.hpp"
#include "deploy/runtime/ranges.hpp"

namespace mog {

/// One image on its way: what comes in, what goes out, and the temporary buffers in between.
struct Frame {
  const std::uint8_t* pixels;
  std::int64_t* class_sums;
  std::byte* arena;
  const ArenaPlan* plan;

  template <class T>
  [[nodiscard]] T* at(Index buffer) const {
    return reinterpret_cast<T*>(arena + plan->offset(buffer));
  }
};

/// A map of bytes or latents in a buffer. Codes: [height, width, stride] with `channels` of them in use.
struct MapBuffer {
  Index buffer;
  Index height, width, channels;

  /// Bytes between pixels: dot products take four channels at a time.
  [[nodiscard]] Index stride() const { return (channels + 3) / 4 * 4; }
  [[nodiscard]] Index pixels() const { return height * width; }
};

class Step {
 public:
  Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  virtual ~Step() = default;

  /// In how many parts the step may be divided; any division gives the same.
  [[nodiscard]] virtual Index rows() const = 0;
  virtual void run(const Frame& frame, Range rows) const = 0;
  /// The buffers that it reads or writes.
  [[nodiscard]] virtual std::vector<Index> buffers() const = 0;
  virtual void observe(const Frame& frame, const MapObserver& observer) const = 0;

  [[nodiscard]] virtual Index multiply_accumulates() const { return 0; }
  [[nodiscard]] virtual Index weight_bytes() const { return 0; }
  /// The layer that it belongs to.
  std::string name;
};

/// The row of the table of operations on bytes that this machine runs.
const kernels::CodesU8Kernels& codes_kernels();

/// Shows a map whose numbers number(pixel, channel) tells.
template <class Number>
void show(const MapObserver& observer, const std::string& name, const MapBuffer& map, IntegerMap::Kind kind,
          const Number& number) {
  std::vector<std::int32_t> values;
  for (Index p = 0; p < map.pixels(); ++p) {
    for (Index c = 0; c < map.channels; ++c) values.push_back(static_cast<std::int32_t>(number(p, c)));
  }
  observer({.name = name,
            .height = map.height,
            .width = map.width,
            .channels = map.channels,
            .values = values,
            .kind = kind});
}
void show_codes(const Frame& frame, const MapObserver& observer, const std::string& name, const MapBuffer& map);

/// Makes the steps of layers, one after the other, and the buffers between them.
class StepBuilder {
 public:
  StepBuilder(const IntegerNetwork& network, ArenaPlan& plan, std::vector<std::unique_ptr<Step>>& steps)
      : network_(network), plan_(plan), steps_(steps) {}

  MapBuffer add(const IntegerConv& conv);
  /// `sums`: the proven ranges of its kCflogSums.
  MapBuffer add(const IntegerCflog& cflog, std::span<const SumRange> sums, const MapBuffer& x);
  /// `sums`: those of its two CFLOGs; `pool`: the layer that follows, when it is one, is computed in the same step.
  MapBuffer add(const IntegerMrb& mrb, std::span<const SumRange> sums, const MapBuffer& x, const IntegerPool* pool);
  MapBuffer add(const IntegerPool& pool, const MapBuffer& x);
  void add(const IntegerHead& head, const MapBuffer& x);

 private:
  MapBuffer codes(Index height, Index width, Index channels);
  void push(std::string name, std::unique_ptr<Step> step);

  const IntegerNetwork& network_;
  ArenaPlan& plan_;
  std::vector<std::unique_ptr<Step>>& steps_;
};

}  // namespace mog
