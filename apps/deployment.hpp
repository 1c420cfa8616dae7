// What the commands about integer networks share: the trained side of one, and the comparison of both.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "data/dataset.hpp"
#include "deploy/comparison.hpp"
#include "deploy/runtime/proof.hpp"
#include "train/trained_model.hpp"

namespace mog::apps {

/// A network whose third run was trained. Throws DataError for an earlier one, whose activations are no codes;
/// otherwise as load_model does.
std::unique_ptr<TrainedModel> load_quantized(const std::filesystem::path& checkpoint);

enum class Engine {
  runtime,    // the kernels that ship
  reference,  // plain loops
  c           // the exported C, compiled by cc
};
/// By its word. Throws std::invalid_argument on another.
Engine engine_named(const std::string& word);
/// Throws what the runtime refuses. The network must outlive it.
IntegerForward engine_of(Engine engine, const ProvenNetwork& network);

/// The same answers, run once for several comparisons of the same pictures, which are told apart by where they lie in
/// memory: at least the last `pictures` are remembered. Of their maps those of codes are told, and none unless `codes`.
IntegerForward remembered(IntegerForward forward, Index pictures, bool codes);

/// Adds the first so many of the images, 0 for all, batch by batch.
void compare(Comparison& comparison, const Dataset& images, Index count = 0);
/// The same: each batch to each comparison, then the next batch. `before` is called with a comparison's number and the
/// batch, outside of any parallel region: what can fail fails there.
void compare(std::deque<Comparison>& comparisons, const Dataset& images, Index count, Index batch,
             const std::function<void(std::size_t, std::span<const std::uint8_t>)>& before);

/// Throws std::invalid_argument unless the packed file can be the checkpoint's: the same k and classes.
void check_fit(const std::filesystem::path& model, const IntegerNetwork& network, const TrainedModel& trained);

/// Throws std::invalid_argument unless the images have the packed network's size.
void check_size(const std::filesystem::path& model, const IntegerNetwork& network, const Dataset& images);

}  // namespace mog::apps
