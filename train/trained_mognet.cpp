// A MOGNET out of a checkpoint.
#include "train/trained_mognet.hpp"

namespace mog {
namespace {

/// The options that a checkpoint names, after a look at its largest tensor: a few changed digits in a small file must
/// not build a huge network.
MognetOptions options_of(const Checkpoint& checkpoint) {
  const std::string where = checkpoint.path().string();
  const MognetOptions options = mognet_options(checkpoint.header().description, where);
  if (checkpoint.shape_of("cflog4.squeeze.weight") != Shape{4 * options.maps, 2 * options.maps} ||
      checkpoint.shape_of("head.weight") != Shape{4 * options.maps, options.classes}) {
    throw DataError(concat(where, ": the tensors are not those of a mognet with n = ", options.maps, " and ",
                           options.classes, " classes"));
  }
  return options;
}

/// An options struct that makes no network is the file's fault here, not the caller's.
Mognet<float> build(const Checkpoint& checkpoint, Parameters<float>& parameters) {
  try {
    return {parameters, options_of(checkpoint)};
  } catch (const std::invalid_argument& error) {
    throw DataError(concat(checkpoint.path().string(), ": ", error.what()));
  }
}

}  // namespace

TrainedMognet::TrainedMognet(const Checkpoint& checkpoint)
    : description(checkpoint.header().description),
      stage(checkpoint.header().position.stage),
      parameters(checkpoint.header().seed),
      network(build(checkpoint, parameters)) {
  checkpoint.load(parameters);
}

std::unique_ptr<TrainedMognet> load_mognet(const std::filesystem::path& path) {
  return std::make_unique<TrainedMognet>(Checkpoint(path));
}

}  // namespace mog
