// Hooks: a method of training as an object beside the trainer.
#pragma once

#include "layers/parameters.hpp"
#include "train/metrics.hpp"
#include "train/recipe.hpp"

namespace mog {

/// What is to happen beside the loss's gradient: a projection at the beginning of an epoch, a term that pulls weights
/// towards something, parameters that stand still. What it has to remember between epochs it keeps in buffers of the
/// network's parameters: then a resumed run goes on with it.
class TrainHook {
 public:
  TrainHook() = default;
  TrainHook(const TrainHook&) = delete;
  TrainHook& operator=(const TrainHook&) = delete;
  virtual ~TrainHook() = default;

  /// One line, part of how a run is trained: a run is resumed with the same hooks only.
  [[nodiscard]] virtual std::string text() const = 0;
  /// Before the first step of an epoch of this stage, counted from 0; after the weight sources began theirs.
  virtual void begin_epoch(const StagePlan& /*stage*/, Index /*epoch*/, Parameters<float>& /*parameters*/) {}
  /// When all gradients of a step are there, before they are looked at and the weights moved. A gradient that is taken
  /// away leaves its parameter as it is.
  virtual void before_update(const StagePlan& /*stage*/, Parameters<float>& /*parameters*/) {}
  /// After the last step of an epoch and its evaluation, before its row is written.
  virtual void end_epoch(const StagePlan& /*stage*/, const Parameters<float>& /*parameters*/, EpochRow& /*row*/) {}
};

}  // namespace mog
