// Reads the pictures of a recognised layout on all threads, and splits them where nobody else has.
#include "data/image_folder.hpp"

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "data/folder_layout.hpp"
#include "data/image.hpp"
#include "data/picture_set.hpp"
#include "data/split.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

void check(const ImageFolderOptions& options) {
  const auto fits = [](Index side) { return side >= 1 && side <= kMostPictureSide; };
  require(fits(options.size.height) && fits(options.size.width), "image folder: size ", text_of(options.size),
          ", expected 1 to ", kMostPictureSide, " a side");
  require(options.test_share > 0 && options.test_share < 1, "image folder: test share ", options.test_share,
          ", expected above 0 and below 1");
}

/// Reads all pictures, of at least so many classes; what is wrong is thrown, or, where it may be left out, told.
Dataset load_all(const fs::path& dir, const ImageFolderOptions& options, std::vector<std::string>& left_out,
                 std::size_t classes = 2) {
  PictureProblems problems;
  const auto settle = [&] {
    const auto skipped = [&](const PictureProblem& problem) {
      return options.skip_broken && problem.kind == PictureProblem::Kind::broken;
    };
    for (const PictureProblem& problem : problems) {
      if (skipped(problem)) left_out.push_back(problem.text);
    }
    problems.erase(std::remove_if(problems.begin(), problems.end(), skipped), problems.end());
    throw_first(problems);
  };
  PictureList list = list_pictures(dir, problems, classes);
  settle();
  const std::vector<std::size_t> listed = class_sizes(list);
  Dataset data = read_pictures(dir, list, options.size, problems);
  settle();
  const std::vector<std::size_t> read = class_sizes(list);
  for (std::size_t label = 0; label < read.size(); ++label) {
    if (read[label] > 0) continue;
    throw DataError(concat("image folder: ", (dir / list.class_names[label]).string(), ": none of its ", listed[label],
                           " files is a sound picture"));
  }
  return data;
}

}  // namespace

std::vector<ClassCount> count_classes(const DatasetPair& data) {
  std::vector<ClassCount> classes;
  for (const std::string& name : data.test.class_names) classes.push_back({name});
  for (const std::int32_t label : data.train.labels) ++classes[static_cast<std::size_t>(label)].train;
  for (const std::int32_t label : data.test.labels) ++classes[static_cast<std::size_t>(label)].test;
  return classes;
}

Dataset load_image_folder(const fs::path& dir, const ImageFolderOptions& options) {
  check(options);
  std::vector<std::string> left_out;
  return load_all(dir, options, left_out);
}

LoadedFolder load_training_folder(const fs::path& dir, const ImageFolderOptions& options) {
  check(options);
  const FolderLayout layout = find_layout(dir);
  require_training(layout);
  LoadedFolder loaded;
  FolderReport& report = loaded.report;
  report.test_apart = !layout.test.empty();
  if (report.test_apart) {
    loaded.data.train = load_all(layout.train, options, report.left_out);
    loaded.data.test = load_all(layout.test, options, report.left_out, 1);
    relabel(loaded.data.test, loaded.data.train.class_names);
  } else {
    loaded.data = split(load_all(layout.train, options, report.left_out), options.test_share, options.seed);
  }
  report.classes = count_classes(loaded.data);
  report.layout = description(layout, options.test_share);
  return loaded;
}

DatasetPair load_image_folder_pair(const fs::path& dir, const ImageFolderOptions& options) {
  return load_training_folder(dir, options).data;
}

LoadedFolder load_measured_folder(const fs::path& dir, const ImageFolderOptions& options, bool held_back) {
  check(options);
  const FolderLayout layout = find_layout(dir);
  LoadedFolder loaded;
  Dataset& test = loaded.data.test;
  FolderReport& report = loaded.report;
  report.test_apart = !layout.test.empty();
  test = load_all(report.test_apart ? layout.test : layout.train, options, report.left_out,
                  report.test_apart && !layout.train.empty() ? 1 : 2);
  if (report.test_apart && !layout.train.empty()) {
    PictureProblems ignored;  // of pictures that are not measured on
    relabel(test, list_pictures(layout.train, ignored).class_names);
  }
  if (!report.test_apart && held_back) test = split(test, options.test_share, options.seed).test;
  loaded.data.train.class_names = test.class_names;
  report.classes = count_classes(loaded.data);
  const std::string part = report.test_apart ? layout.test.string()
                           : held_back       ? share_of(layout.train, options.test_share)
                                             : concat("all of ", layout.train.string());
  report.layout = concat("measured on ", part, passed_over(layout));
  return loaded;
}

}  // namespace mog
