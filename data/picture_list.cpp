// Lists classes and pictures by name.
#include "data/picture_list.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "data/folder_entries.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

void list_class(const fs::path& folder, PictureList& list, PictureProblems& problems) {
  using Kind = PictureProblem::Kind;
  const FolderEntries entries = entries_of("image folder", folder);
  const auto label = static_cast<std::int32_t>(list.class_names.size());
  list.class_names.push_back(folder.filename().string());
  list.files.insert(list.files.end(), entries.files.begin(), entries.files.end());
  list.labels.resize(list.files.size(), label);
  for (const fs::path& inner : entries.folders) {
    problems.push_back(
        {concat("image folder: ", inner.string(),
                ": a folder among the pictures of a class, expected pictures only: move them up, or out"),
         Kind::broken});
  }
  for (const fs::path& other : entries.others) {
    problems.push_back(
        {concat("image folder: ", other.string(), ": expected pictures only, found something else"), Kind::broken});
  }
  if (entries.files.empty()) {
    problems.push_back({concat("image folder: ", folder.string(), ": holds no pictures"), Kind::layout});
  }
}

}  // namespace

PictureList list_pictures(const fs::path& dir, PictureProblems& problems, std::size_t classes) {
  PictureList list;
  for (const fs::path& folder : entries_of("image folder", dir).folders) list_class(folder, list, problems);
  if (list.class_names.size() < classes) {
    problems.push_back({concat("image folder: ", dir.string(), ": ", list.class_names.size(), " sub-folders, expected ",
                               classes, " or more, one for each class")});
  }
  return list;
}

void throw_first(const PictureProblems& problems) {
  if (problems.empty()) return;
  using Kind = PictureProblem::Kind;
  const auto& [text, kind] = problems.front();
  const std::size_t others = problems.size() - 1;
  std::string all = others == 0 ? text : concat(text, " (and ", others, " more problems below this folder)");
  const auto broken = [](const PictureProblem& problem) { return problem.kind == Kind::broken; };
  if (std::all_of(problems.begin(), problems.end(), broken)) {
    all +=
        others == 0 ? "; --skip-broken leaves it out" : "; --skip-broken leaves them out, mog data verify lists them";
  }
  if (kind == Kind::unreadable) throw IoError(all);
  throw DataError(all);
}

}  // namespace mog
