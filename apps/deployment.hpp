// What the commands about integer networks share: the trained side of one.
#pragma once

#include <filesystem>
#include <memory>

#include "train/trained_mognet.hpp"

namespace mog::apps {

/// A MOGNET whose third run was trained. Throws DataError for an earlier one, whose activations are no codes; otherwise
/// as load_mognet does.
std::unique_ptr<TrainedMognet> load_quantized(const std::filesystem::path& checkpoint);

}  // namespace mog::apps
