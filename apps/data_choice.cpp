// Loads the images that the command line names, and says what was found in a folder of pictures.
#include <algorithm>
#include <cstdio>
#include <utility>

#include "apps/commands.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "data/builtin.hpp"
#include "data/cifar.hpp"
#include "data/image_folder.hpp"

namespace mog::apps {
namespace {

/// "cat 50 + 10": to learn from and to measure on.
std::string class_text(const ClassCount& one, bool both) {
  return both ? concat(one.name, ' ', one.train, " + ", one.test) : concat(one.name, ' ', one.train + one.test);
}

void report(const FolderReport& report) {
  constexpr std::size_t kNamed = 20;
  Index train = 0, test = 0;
  for (const ClassCount& one : report.classes) {
    train += one.train;
    test += one.test;
  }
  std::string text = concat(report.layout, ": ", report.classes.size(), " classes, ",
                            class_text({.name = "pictures", .train = train, .test = test}, train > 0));
  for (std::size_t i = 0; i < std::min(kNamed, report.classes.size()); ++i) {
    text += (i == 0 ? ": " : ", ") + class_text(report.classes[i], train > 0);
  }
  if (report.classes.size() > kNamed) text += concat(" and ", report.classes.size() - kNamed, " more classes");
  std::fprintf(stderr, "%s\n", printable(text).c_str());
  if (report.left_out.empty()) return;
  std::fprintf(stderr, "left out: %zu\n", report.left_out.size());
  for (const std::string& line : report.left_out) std::fprintf(stderr, "  %s\n", printable(line).c_str());
}

/// Throws unless the options go with each other. Returns whether the images are a folder of pictures.
bool is_folder(const DataChoice& data) {
  if (data.dataset == "folder") {
    require(!data.folder.empty(), "--dataset folder: say where the images are with --data DIR");
    return true;
  }
  require(!data.skip_broken && !data.held_back, data.skip_broken ? "--skip-broken" : "--held-back",
          ": only for --dataset folder, not ", data.dataset);
  require(!data.size || *data.size == PictureSize(), "--size ", text_of(data.size.value_or(PictureSize())),
          ": only for --dataset folder; the pictures of ", data.dataset, " are ", text_of(PictureSize()));
  return false;
}

DatasetPair load_known(const DataChoice& data) {
  const std::string& dataset = data.dataset;
  const std::filesystem::path& folder = data.folder;
  if (dataset == "builtin") {
    require(folder.empty(), "--data ", folder.string(), ": say which images it holds with --dataset");
    return builtin_images();
  }
  require(!folder.empty(), "--dataset ", dataset, ": say where the images are with --data DIR");
  if (dataset == "cifar10") return load_cifar10(folder);
  return load_cifar100(folder, dataset == "cifar100" ? CifarLabels::fine : CifarLabels::coarse);
}

}  // namespace

DatasetPair DataChoice::load(const PictureSize& usual) const {
  if (!is_folder(*this)) return load_known(*this);
  LoadedFolder loaded = load_training_folder(folder, {.size = size.value_or(usual), .skip_broken = skip_broken});
  if (!quiet) report(loaded.report);
  return std::move(loaded.data);
}

Dataset DataChoice::load_measured(const PictureSize& usual) const {
  if (!is_folder(*this)) return load_known(*this).test;
  LoadedFolder loaded =
      load_measured_folder(folder, {.size = size.value_or(usual), .skip_broken = skip_broken}, held_back);
  report(loaded.report);
  if (!loaded.report.test_apart && !held_back) {
    std::fprintf(stderr,
                 "%s has no folder to measure on: a network that was trained on it has learned four fifths of these "
                 "pictures; --held-back measures on the others\n",
                 printable(folder).c_str());
  }
  return std::move(loaded.data.test);
}

}  // namespace mog::apps
