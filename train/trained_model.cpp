// A model out of a checkpoint.
#include "train/trained_model.hpp"

namespace mog {
namespace {

/// A choice of options that makes no network is the file's fault here, not the caller's; so is one that makes a larger
/// network than the file has numbers for.
Graph<float> build(const Checkpoint& checkpoint, const ModelChoice& choice, Parameters<float>& parameters) {
  const std::string where = checkpoint.path().string();
  try {
    parameters.set_limit(checkpoint.numbers());
    return choice.make(parameters);
  } catch (const TooManyParameters&) {
    std::string words;
    for (const auto& [key, value] : choice.words) words += concat(", ", key, " = ", value);
    throw DataError(
        concat(where, ": the tensors are not those of a ", choice.model, " with ", choice.classes, " classes", words));
  } catch (const std::invalid_argument& error) {
    throw DataError(concat(where, ": ", error.what()));
  }
}

/// Checkpoints of 32 x 32 pictures do not say so.
PictureSize size_of(const Description& description, const std::string& where) {
  const auto word = description.words.find("size");
  if (word == description.words.end()) return {};
  const auto size = parse_picture_size(word->second);
  if (!size) throw DataError(concat(where, ": the model's size is ", word->second, ", expected HEIGHTxWIDTH"));
  return *size;
}

}  // namespace

TrainedModel::TrainedModel(const Checkpoint& checkpoint)
    : description(checkpoint.header().description),
      choice(described(description, checkpoint.path().string())),
      size(size_of(description, checkpoint.path().string())),
      stage(checkpoint.header().position.stage),
      parameters(checkpoint.header().seed),
      network(build(checkpoint, choice, parameters)) {
  checkpoint.load(parameters);
}

std::unique_ptr<TrainedModel> load_model(const std::filesystem::path& path) {
  return std::make_unique<TrainedModel>(Checkpoint(path));
}

}  // namespace mog
