// What a checkpoint holds, written and read by one list of its tensors.
#include "train/checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/md5.hpp"
#include "core/safetensors_header.hpp"
#include "core/text.hpp"
#include "train/finite.hpp"

namespace mog {
namespace {

constexpr const char* kFormat = "mog-checkpoint";
constexpr int kVersion = 3;  // 1 had no checksum, 2 one of its content in the order of the file
constexpr const char* kChecksum = "checksum";
constexpr std::string_view kWordPrefix = "model.";

using Metadata = std::vector<std::pair<std::string, std::string>>;

/// One tensor of a checkpoint: what the network or the optimizer calls it, and where its numbers are.
struct Item {
  std::string name;
  Tensor<float> value;
};

/// Every tensor that a network, its optimizer and what else is kept consist of, in the order of the file.
std::vector<Item> items_of(const Parameters<float>& parameters, const Optimizer<float>* optimizer,
                           const std::vector<Buffer<float>>& kept) {
  std::vector<Item> items;
  for (const auto& parameter : parameters.trained()) items.push_back({parameter.name, parameter.value});
  for (const auto& buffer : parameters.buffers()) items.push_back({buffer.name, buffer.value});
  if (optimizer != nullptr) {
    for (const auto& state : optimizer->state()) items.push_back({state.name, state.value});
  }
  for (const auto& buffer : kept) items.push_back({buffer.name, buffer.value});
  return items;
}

/// MD5 of everything that a checkpoint says: each line of metadata but this one, each tensor's name, shape and numbers,
/// in the order that they are given in.
std::string checksum(const Metadata& metadata, const std::vector<Item>& items) {
  Md5 digest;
  const auto add = [&digest](const std::string& text) {
    digest.update({reinterpret_cast<const std::uint8_t*>(text.c_str()), text.size() + 1});  // with the zero at its end
  };
  for (const auto& [key, value] : metadata) {
    if (key == kChecksum) continue;
    add(key);
    add(value);
  }
  for (const Item& item : items) {
    add(item.name);
    add(item.value.shape().text());
    const auto bytes = std::as_bytes(item.value.values());
    digest.update({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }
  return digest.hex();
}

/// The same by name, so that another program may write the file again in an order of its own.
std::string sorted_checksum(Metadata metadata, std::vector<Item> items) {
  std::sort(metadata.begin(), metadata.end());
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.name < b.name; });
  return checksum(metadata, items);
}

/// Throws unless the file says what it said when it was written. Files of version 1 do not tell.
void check_sum(const SafetensorsFile& file) {
  const std::string& version = file.metadata("version");
  if (version == "1" && !file.has_metadata(kChecksum)) return;
  std::vector<Item> items;
  for (const auto& entry : file.entries()) items.push_back({entry.name, file.tensor<float>(entry.name)});
  const Metadata metadata(file.metadata().begin(), file.metadata().end());
  const std::string& written = file.metadata(kChecksum);
  const std::string found = version == "2" ? checksum(metadata, items) : sorted_checksum(metadata, std::move(items));
  if (written != found) {
    throw DataError(
        concat(file.path().string(), ": damaged: its checksum is ", in_quotes(written), ", its content's ", found));
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "\n") + name;
  return text;
}

/// What is quantized, and the run's own name where it has one: then "quantized" says what is.
std::pair<Stage, std::string> stage_of(const SafetensorsFile& file) {
  const bool own = file.has_metadata("quantized");
  const std::string& text = file.metadata(own ? "quantized" : "stage");
  for (const Stage stage : {Stage::full_precision, Stage::quantized_weights, Stage::quantized}) {
    if (text == name(stage)) return {stage, own ? file.metadata("stage") : ""};
  }
  throw DataError(concat(file.path().string(), ": unknown stage ", text));
}

template <class Number>
Number number_of(const SafetensorsFile& file, const std::string& key, Number least = 0) {
  const std::string& text = file.metadata(key);
  const auto number = from_text<Number>(text);
  if (!number || !(*number >= least)) throw DataError(concat(file.path().string(), ": ", key, " is ", text));
  return *number;
}

void check_format(const SafetensorsFile& file) {
  const std::string path = file.path().string();
  if (!file.has_metadata("format") || file.metadata("format") != kFormat) {
    throw DataError(path + ": a safetensors file, but no checkpoint of this program (no format mog-checkpoint in it)");
  }
  const int version = number_of<int>(file, "version", 1);
  if (version > kVersion) {
    throw DataError(
        concat(path, ": a checkpoint of version ", version, ", newer than this program, which knows ", kVersion));
  }
}

/// Numbers that a run reckons with: none overflows where a few are added or multiplied, none is infinite.
void check_position(const SafetensorsFile& file, const Position& position) {
  constexpr Index kMost = Index{1} << 40;
  const auto refuse = [&](const char* key) {
    throw DataError(concat(file.path().string(), ": ", key, " is ", file.metadata(key), ", which no run comes to"));
  };
  if (position.epoch > 1'000'000) refuse("epoch");
  if (position.step > kMost) refuse("step");
  if (position.images > kMost) refuse("images");
  if (position.correct > position.images) refuse("correct");
  if (!std::isfinite(position.loss_sum)) refuse("loss_sum");
  if (!(position.best_accuracy <= 1)) refuse("best_accuracy");
  if (number_of<Index>(file, "optimizer_steps") > kMost) refuse("optimizer_steps");
}

CheckpointHeader header_of(const SafetensorsFile& file) {
  check_format(file);
  CheckpointHeader header;
  for (const auto& [key, value] : file.metadata()) {
    if (key.starts_with(kWordPrefix)) header.description.words[key.substr(kWordPrefix.size())] = value;
  }
  const std::string& names = file.metadata("class_names");
  if (!names.empty()) header.description.class_names = split(names, '\n');
  header.seed = number_of<std::uint64_t>(file, "seed");
  header.training = file.metadata("training");
  if (file.has_metadata("start")) header.start = file.metadata("start");
  const auto [stage, own_name] = stage_of(file);
  header.position = {.stage = stage,
                     .epoch = number_of<Index>(file, "epoch"),
                     .step = number_of<Index>(file, "step"),
                     .loss_sum = number_of<double>(file, "loss_sum", std::numeric_limits<double>::lowest()),
                     .correct = number_of<Index>(file, "correct"),
                     .images = number_of<Index>(file, "images"),
                     .best_accuracy = number_of<double>(file, "best_accuracy", -1),
                     .own_name = own_name};
  check_position(file, header.position);
  return header;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const CheckpointHeader& header,
                     const Parameters<float>& parameters, const Optimizer<float>& optimizer,
                     const std::vector<Buffer<float>>& kept) {
  const Position& position = header.position;
  Metadata metadata = {{"format", kFormat}, {"version", to_text(kVersion)}};
  for (const auto& [key, value] : header.description.words) metadata.emplace_back(concat(kWordPrefix, key), value);
  metadata.insert(metadata.end(), {{"class_names", joined(header.description.class_names)},
                                   {"seed", to_text(header.seed)},
                                   {"training", header.training},
                                   {"stage", position.name()},
                                   {"epoch", to_text(position.epoch)},
                                   {"step", to_text(position.step)},
                                   {"loss_sum", to_text(position.loss_sum)},
                                   {"correct", to_text(position.correct)},
                                   {"images", to_text(position.images)},
                                   {"best_accuracy", to_text(position.best_accuracy)},
                                   {"optimizer", optimizer.name()},
                                   {"optimizer_steps", to_text(optimizer.steps())}});
  if (!position.own_name.empty()) metadata.emplace_back("quantized", name(position.stage));
  if (!header.start.empty()) metadata.emplace_back("start", header.start);
  const std::vector<Item> items = items_of(parameters, &optimizer, kept);
  SafetensorsWriter writer;
  for (const auto& [key, value] : metadata) writer.set_metadata(key, value);
  writer.set_metadata(kChecksum, sorted_checksum(metadata, items));
  for (const Item& item : items) {
    if (const Index bad = first_not_finite(item.value); bad >= 0) {
      throw NumericError(concat(path.string(), ": not written: ", item.name, "[", bad, "] is ", item.value[bad]));
    }
    writer.add(item.name, item.value);
  }
  writer.write(path);
}

Checkpoint::Checkpoint(const std::filesystem::path& path)
    : file_(SafetensorsFile::read(path)), header_(header_of(file_)) {
  check_sum(file_);
}

std::string Checkpoint::checksum() const { return file_.has_metadata(kChecksum) ? file_.metadata(kChecksum) : "none"; }

Index Checkpoint::numbers() const {
  Index numbers = 0;
  for (const SafetensorsFile::Entry& entry : file_.entries()) numbers += entry.shape.elements();
  return numbers;
}

void Checkpoint::load(Parameters<float>& parameters) const { load(parameters, nullptr, {}); }

void Checkpoint::load(Parameters<float>& parameters, Optimizer<float>& optimizer,
                      const std::vector<Buffer<float>>& kept) const {
  load(parameters, &optimizer, kept);
}

void Checkpoint::load(Parameters<float>& parameters, Optimizer<float>* optimizer,
                      const std::vector<Buffer<float>>& kept) const {
  const std::string path = file_.path().string();
  const std::string& optimizer_name = file_.metadata("optimizer");
  const auto steps = number_of<Index>(file_, "optimizer_steps");
  if (optimizer != nullptr && optimizer_name != optimizer->name()) {
    throw DataError(concat(path, ": trained by ", optimizer_name, ", expected ", optimizer->name()));
  }
  const std::vector<Item> items = items_of(parameters, optimizer, kept);
  std::set<std::string> known;
  std::vector<Tensor<float>> loaded;
  for (const Item& item : items) {
    known.insert(item.name);
    loaded.push_back(file_.tensor<float>(item.name));
    if (loaded.back().shape() != item.value.shape()) {
      throw DataError(concat(path, ": tensor ", item.name, " has shape ", loaded.back().shape(), ", the network's has ",
                             item.value.shape()));
    }
    if (const Index bad = first_not_finite(loaded.back()); bad >= 0) {
      throw DataError(concat(path, ": ", item.name, "[", bad, "] is ", loaded.back()[bad]));
    }
  }
  for (const std::string& name : file_.names()) {
    const bool others =
        optimizer == nullptr && (name.starts_with(optimizer_name + ".") || name.starts_with(kRawPrefix));
    if (!others && !known.contains(name)) {
      throw DataError(concat(path, ": tensor ", name, " is none of the network's"));
    }
  }
  for (std::size_t i = 0; i < items.size(); ++i) items[i].value.copy_from(loaded[i]);
  if (optimizer != nullptr) optimizer->set_steps(steps);
}

}  // namespace mog
