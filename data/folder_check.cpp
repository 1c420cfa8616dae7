// Reads what training would read, keeps every message, and compares the pictures with each other.
#include "data/folder_check.hpp"

#include <cmath>

#include "core/error.hpp"
#include "data/equal_pictures.hpp"
#include "data/folder_layout.hpp"
#include "data/image_folder.hpp"
#include "data/picture_set.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;
constexpr PictureSize kSize;  // as training sees them unless it is told otherwise

/// The two parts, with the files that the pictures came from.
struct Parts {
  PictureList train, test;
  DatasetPair data;

  [[nodiscard]] std::string file(const PictureIndex& at) const {
    return (at.test ? test : train).files[static_cast<std::size_t>(at.index)].string();
  }
  [[nodiscard]] std::int32_t label(const PictureIndex& at) const {
    return (at.test ? data.test : data.train).labels[static_cast<std::size_t>(at.index)];
  }
};

void read(const fs::path& dir, std::size_t classes, PictureList& list, Dataset& data, PictureProblems& problems) {
  if (dir.empty()) return;
  list = list_pictures(dir, problems, classes);
  data = read_pictures(dir, list, kSize, problems);
}

/// A few of many lines, and how many more there are.
class Lines {
 public:
  explicit Lines(std::vector<std::string>& lines) : lines_(lines) {}
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  ~Lines() {
    if (count_ > kShown) lines_.push_back(concat("and ", count_ - kShown, " more of this kind"));
  }
  void add(const std::string& line) {
    if (++count_ <= kShown) lines_.push_back(line);
  }

 private:
  static constexpr int kShown = 10;
  std::vector<std::string>& lines_;
  int count_ = 0;
};

/// Classes that have next to nothing on one side.
void note_small_classes(const std::vector<ClassCount>& classes, const FolderLayout& layout,
                        std::vector<std::string>& notes) {
  const double share = ImageFolderOptions{}.test_share;
  Lines lines(notes);
  for (const auto& [name, train, test] : classes) {
    if (layout.test.empty()) {
      if (train > 0 && std::lround(share * static_cast<double>(train)) == 0) {
        lines.add(concat("class ", name, ": ", train, train == 1 ? " picture" : " pictures",
                         ", too few for one to be measured on"));
      }
      continue;
    }
    if (!layout.train.empty() && train == 1) lines.add(concat("class ", name, ": a single picture to learn from"));
    if (test <= 1) lines.add(concat("class ", name, ": ", test == 0 ? "no" : "a single", " picture to measure on"));
  }
}

void note_equal_pictures(const Parts& parts, std::vector<std::string>& notes) {
  std::vector<std::string> across, mixed, within;
  {
    Lines across_lines(across), mixed_lines(mixed), within_lines(within);
    for (const auto& group : equal_pictures(parts.data)) {
      const PictureIndex& first = group.front();
      const PictureIndex* other_part = nullptr;
      const PictureIndex* other_class = nullptr;
      for (const PictureIndex& one : group) {
        if (one.test != first.test) other_part = &one;
        if (parts.label(one) != parts.label(first)) other_class = &one;
      }
      const auto line = [&](const PictureIndex& other, const char* where) {
        return concat("the same picture", where, ": ", parts.file(first), ", ", parts.file(other),
                      group.size() > 2 ? concat(" (", group.size(), " times in all)") : "");
      };
      if (other_part != nullptr) across_lines.add(line(*other_part, " to learn from and to measure on"));
      if (other_class != nullptr) mixed_lines.add(line(*other_class, " in two classes"));
      if (other_part == nullptr && other_class == nullptr) within_lines.add(line(group.back(), " twice in a class"));
    }
  }
  for (const auto* lines : {&across, &mixed, &within}) notes.insert(notes.end(), lines->begin(), lines->end());
}

std::vector<std::string> class_lines(const std::vector<ClassCount>& classes, const FolderLayout& layout) {
  std::vector<std::string> lines;
  lines.reserve(classes.size());
  for (const auto& [name, train, test] : classes) {
    lines.push_back(layout.test.empty()    ? concat(name, ": ", train)
                    : layout.train.empty() ? concat(name, ": ", test)
                                           : concat(name, ": ", train, " to learn from, ", test, " to measure on"));
  }
  return lines;
}

}  // namespace

Verification check_image_folder(const fs::path& dir) {
  const FolderLayout layout = find_layout(dir);
  Parts parts;
  PictureProblems problems;
  read(layout.train, 2, parts.train, parts.data.train, problems);
  read(layout.test, layout.train.empty() ? 2 : 1, parts.test, parts.data.test, problems);
  Verification result;
  for (const PictureProblem& problem : problems) result.problems.push_back(problem.text);
  Dataset& test = parts.data.test;
  try {
    if (layout.test.empty()) test.class_names = parts.data.train.class_names;
    if (!layout.test.empty() && !layout.train.empty()) relabel(test, parts.data.train.class_names);
  } catch (const DataError& error) {  // its classes cannot be counted with the others
    result.problems.emplace_back(error.what());
    parts.data.test = {};
    parts.data.test.class_names = parts.data.train.class_names;
  }
  const std::vector<ClassCount> classes = count_classes(parts.data);
  result.found = concat("image folder: ", description(layout, ImageFolderOptions{}.test_share), "; ", classes.size(),
                        " classes, ", parts.train.files.size() + parts.test.files.size(), " pictures");
  result.details = class_lines(classes, layout);
  note_small_classes(classes, layout, result.notes);
  note_equal_pictures(parts, result.notes);
  return result;
}

}  // namespace mog
