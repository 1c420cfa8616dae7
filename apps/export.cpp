// `mog export`: a network as a packed file of integers, as C or as ONNX, with the proof that its sums fit.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "apps/commands.hpp"
#include "apps/deployment.hpp"
#include "apps/network_file.hpp"
#include "apps/onnx_words.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "deploy/c_export/c_export.hpp"
#include "deploy/lowering.hpp"
#include "deploy/runtime/model_file.hpp"

namespace mog::apps {
namespace {

struct Words {
  std::filesystem::path file, to, to_c;
  CExportOptions c;
  OnnxWords onnx;
  std::optional<PictureSize> size = {};  // the checkpoint's where it is not given
  bool proof = false;
};

void print_proof(const std::vector<SumRange>& sums) {
  std::printf("%-18s %12s %12s %5s %14s %s\n", "sums", "least", "largest", "bits", "partial below", "trained floats");
  for (const SumRange& sum : sums) {
    const Interval range = sum.all();
    std::printf("%-18s %12lld %12lld %5d %14lld %s\n", printable(sum.name).c_str(), static_cast<long long>(range.low),
                static_cast<long long>(range.high), sum.bits(), static_cast<long long>(sum.any_order) + 1,
                sum.any_order < kExactFloats ? "exact" : "not proved");
  }
}

/// Where the trained network's floats could round for some picture.
void print_float_bound(const std::vector<SumRange>& sums) {
  std::string names;
  for (const SumRange& sum : sums) {
    if (sum.any_order >= kExactFloats) names += (names.empty() ? "" : ", ") + sum.name;
  }
  if (names.empty()) {
    std::printf("the trained network's float sums are exact for every picture: all stay below 2^24\n");
  } else {
    std::printf("not proved that the trained network's float sums stay below 2^24 for every picture: %s\n",
                printable(names).c_str());
  }
}

void pack(const Words& words, const ProvenNetwork& network) {
  write_model(words.to, network);
  const Index bytes = static_cast<Index>(std::filesystem::file_size(words.to)), bits = weight_bits(network);
  std::printf("%s: %lld bytes, %.3f times the %lld bits of its weights\n", printable(words.to).c_str(),
              static_cast<long long>(bytes), 8 * static_cast<double>(bytes) / static_cast<double>(bits),
              static_cast<long long>(bits));
}

void export_c(const Words& words, const ProvenNetwork& network) {
  const CExportReport report = mog::export_c(network, words.to_c, words.c);
  std::printf("%s: C99 with %lld bytes of constants, and %lld bytes of memory for a run\n",
              printable(words.to_c).c_str(), static_cast<long long>(report.const_bytes),
              static_cast<long long>(report.arena_bytes));
}

/// The network, and what a file of another format says of its training.
struct Source {
  ProvenNetwork network;
  std::map<std::string, std::string> training = {};
};

Source load(const Words& words) {
  if (require_network(words.file) == NetworkKind::packed) {
    require(!words.size, "export: --size ", words.size.has_value() ? words.size->height : 0, ", but ",
            words.file.string(), " is a packed file: its pictures have the size that it says");
    return {.network = read_model(words.file)};
  }
  const auto trained = load_quantized(words.file);
  const PictureSize size = words.size.value_or(trained->size);
  return {
      .network = lower(trained->network, trained->parameters.seed(),
                       {.height = size.height, .width = size.width, .class_names = trained->description.class_names}),
      .training = trained->description.words};
}

void run(const Words& words) {
  require(!words.to.empty() || !words.to_c.empty() || words.onnx.any(),
          "export: nowhere to write, expected --to FILE, --to-c DIR, --to-onnx FILE or --to-qonnx FILE");
  if (words.onnx.floats()) {
    require(words.to.empty() && words.to_c.empty(), "export: --graph floats is of --to-onnx alone");
    const Checkpoint checkpoint(words.file);
    const TrainedModel trained(checkpoint);
    words.onnx.write_floats(trained, checkpoint.checksum(), words.size.value_or(trained.size));
    return;
  }
  const auto [network, training] = load(words);
  if (!words.to.empty()) pack(words, network);
  if (!words.to_c.empty()) export_c(words, network);
  if (words.onnx.any()) words.onnx.write(network, training);
  const std::vector<SumRange> sums = composed_sums(network);
  if (words.proof) print_proof(sums);
  const auto widest = std::max_element(sums.begin(), sums.end(),
                                       [](const SumRange& a, const SumRange& b) { return a.any_order < b.any_order; });
  std::printf("every sum of every picture fits 32 bits; the widest, %s, stays below %lld\n",
              printable(widest->name).c_str(), static_cast<long long>(widest->any_order) + 1);
  print_float_bound(sums);
}

}  // namespace

void add_export(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("export", "Write a trained network as integers: in a packed file, as C, as ONNX");
  auto words = std::make_shared<Words>();
  command
      ->add_option("FILE", words->file,
                   "Checkpoint of the third run, as RUN/best.safetensors; or a packed file, for the other formats")
      ->required();
  command->add_option("--to", words->to, "The packed file, as model.mog");
  command->add_option("--to-c", words->to_c, "Folder for self-contained C99: model.h, model.c, selftest.c");
  command->add_option("--c-prefix", words->c.prefix, "Beginning of every name in the C")->capture_default_str();
  command->add_option("--c-lanes", words->c.lanes, "Neighbouring pixels that the C computes at a time: 1 to 16")
      ->capture_default_str()
      ->check(whole(1, 16));
  words->onnx.add_options(*command);
  add_picture_size(*command, words->size, "Of the pictures, each side a multiple of 8; the checkpoint's own");
  command->add_flag("--proof", words->proof, "Print the proven range of every layer's sums");
  add_threads(*command);
  command->callback([words] { run(*words); });
}

}  // namespace mog::apps
