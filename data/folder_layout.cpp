// Names of the parts first, then classes; what is neither is told what it lacks.
#include "data/folder_layout.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <string_view>

#include "core/error.hpp"
#include "data/data_guess.hpp"
#include "data/file_guess.hpp"
#include "data/folder_entries.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

enum class Part { train, test, validation, none };

/// By name: "Training_set" is a folder to learn from.
Part part_of(const fs::path& folder) {
  std::string name;
  for (const char sign : folder.filename().string()) {
    const auto letter = static_cast<unsigned char>(sign);
    if (std::isalnum(letter) != 0) name += static_cast<char>(std::tolower(letter));
  }
  for (const std::string_view end : {"set", "data"}) {
    if (name.ends_with(end)) name.resize(name.size() - end.size());
  }
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (is_one_of({"train", "training"})) return Part::train;
  if (is_one_of({"test", "testing"})) return Part::test;
  if (is_one_of({"val", "valid", "validation", "validate", "eval", "evaluation"})) return Part::validation;
  return Part::none;
}

[[noreturn]] void refuse(const fs::path& dir, const std::string& what) {
  throw DataError(concat("image folder: ", dir.string(), ": ", what));
}

FolderEntries look_into(const fs::path& dir) { return entries_of("image folder", dir); }

Paths pictures_of(const FolderEntries& entries) {
  Paths pictures;
  std::copy_if(entries.files.begin(), entries.files.end(), std::back_inserter(pictures), named_like_a_picture);
  return pictures;
}

std::string count(std::size_t number, const char* one, const char* many) {
  return concat(number, ' ', number == 1 ? one : many);
}

/// Down through folders that hold nothing but one folder of folders.
fs::path innermost(fs::path dir) {
  constexpr int kDeepest = 4;
  for (int depth = 0; depth < kDeepest; ++depth) {
    const FolderEntries entries = look_into(dir);
    if (entries.folders.size() != 1 || !pictures_of(entries).empty()) break;
    const fs::path inner = entries.folders.front();
    const FolderEntries below = look_into(inner);
    const bool a_part = part_of(inner) != Part::none && part_of(inner) != part_of(dir);
    if (below.folders.empty() || !pictures_of(below).empty() || a_part) break;
    dir = inner;
  }
  return dir;
}

/// The folders of one part.
struct Parts {
  Paths of[3];
  [[nodiscard]] const Paths& operator[](Part part) const { return of[static_cast<std::size_t>(part)]; }
  [[nodiscard]] bool any() const { return !of[0].empty() || !of[1].empty() || !of[2].empty(); }
};

/// The one folder of a part, or nothing. Two of them cannot be told apart.
fs::path only(const fs::path& dir, const Paths& folders) {
  if (folders.size() > 1) {
    refuse(dir, concat("holds both ", folders[0].filename().string(), "/ and ", folders[1].filename().string(),
                       "/, expected one of them: take one out, or rename it"));
  }
  return folders.empty() ? fs::path() : folders.front();
}

/// A part that holds classes; `instead` is what else could be done where it does not.
fs::path with_classes(const fs::path& part, const std::string& instead) {
  if (part.empty()) return part;
  const FolderEntries entries = look_into(part);
  if (!entries.folders.empty()) return innermost(part);
  const std::size_t pictures = pictures_of(entries).size();
  refuse(part,
         concat("holds ", count(pictures, "picture", "pictures"), " but no sub-folders, expected one for each class: ",
                pictures == 0 ? "fill it, or take it out" : "sort them into " + (part / "CLASS").string(), instead));
}

/// The layout of a folder with train/, test/ or val/.
FolderLayout split_layout(const fs::path& dir, const Parts& parts, const Paths& others) {
  FolderLayout layout;
  const fs::path train = only(dir, parts[Part::train]);
  const bool tested = !parts[Part::test].empty();
  const fs::path test = only(dir, parts[tested ? Part::test : Part::validation]);
  layout.train = with_classes(train, "");
  layout.test = with_classes(test, train.empty() ? "" : concat("; or give ", train.string(), " alone"));
  if (tested) layout.passed_over = parts[Part::validation];
  layout.passed_over.insert(layout.passed_over.end(), others.begin(), others.end());
  return layout;
}

/// Refuses a folder that holds CIFAR in some form, or nothing that is known.
void refuse_other_data(const fs::path& dir) {
  const DataGuess guess = guess_data(dir);
  if (guess.what.empty()) return;
  refuse(dir, concat(guess.what, ", expected one sub-folder of pictures for each class; ", guess.fix));
}

/// A folder without sub-folders: one class, or pictures of all classes.
[[noreturn]] void refuse_without_folders(const fs::path& dir, const FolderEntries& entries) {
  const std::size_t pictures = pictures_of(entries).size();
  if (pictures == 0) {
    refuse_other_data(dir);
    refuse(dir, "0 sub-folders, expected 2 or more, one for each class");
  }
  const fs::path around = folder_around(dir);
  std::error_code ignored;
  const Paths beside = look_into(around).folders;
  const bool others = std::any_of(beside.begin(), beside.end(), [&](const fs::path& folder) {
    return !fs::equivalent(folder, dir, ignored) && holds_a_picture(folder);
  });
  refuse(dir, concat("holds ", count(pictures, "picture", "pictures"),
                     " but no sub-folders, expected one for each class: sort them into ", (dir / "CLASS").string(),
                     others ? concat("; or, if these are one class, give ", around.string()) : ""));
}

/// The layout of a folder with a sub-folder for each class.
FolderLayout flat_layout(const fs::path& dir, const FolderEntries& entries) {
  if (std::none_of(entries.folders.begin(), entries.folders.end(), holds_a_picture)) {
    refuse_other_data(dir);
    const auto nested = std::find_if(entries.folders.begin(), entries.folders.end(),
                                     [](const fs::path& folder) { return !look_into(folder).folders.empty(); });
    if (nested != entries.folders.end()) {
      refuse(dir,
             concat("no pictures in its sub-folders, but folders; give the one that is meant: ", nested->string()));
    }
  }
  return {.train = dir, .test = {}, .passed_over = {}};
}

/// Whether parts are what they are called, not classes of these names: a train can be on a picture.
bool holds_parts(const Parts& parts, const FolderEntries& entries) {
  const std::size_t named = parts[Part::train].size() + parts[Part::test].size() + parts[Part::validation].size();
  if (named == 0) return false;
  if (named == entries.folders.size()) return true;
  for (const Paths& folders : parts.of) {
    for (const fs::path& folder : folders) {
      if (!look_into(folder).folders.empty()) return true;
    }
  }
  return false;
}

}  // namespace

FolderLayout find_layout(const fs::path& given) {
  const fs::path dir = innermost(given);
  const FolderEntries entries = look_into(dir);
  if (entries.folders.empty()) refuse_without_folders(dir, entries);
  Parts parts;
  Paths others;
  for (const fs::path& folder : entries.folders) {
    const Part part = part_of(folder);
    (part == Part::none ? others : parts.of[static_cast<std::size_t>(part)]).push_back(folder);
  }
  FolderLayout layout = holds_parts(parts, entries) ? split_layout(dir, parts, others) : flat_layout(dir, entries);
  const Paths loose = pictures_of(entries);
  layout.passed_over.insert(layout.passed_over.end(), loose.begin(), loose.end());
  for (const fs::path& part : {layout.train, layout.test}) {
    if (part.empty() || part == dir) continue;
    const Paths in_no_class = pictures_of(look_into(part));
    layout.passed_over.insert(layout.passed_over.end(), in_no_class.begin(), in_no_class.end());
  }
  return layout;
}

void require_training(const FolderLayout& layout) {
  if (!layout.train.empty()) return;
  const fs::path dir = folder_around(layout.test);
  refuse(dir, concat("holds ", layout.test.filename().string(), "/ but no train/: put the folders to learn from into ",
                     (dir / "train").string()));
}

std::string passed_over(const FolderLayout& layout) {
  constexpr std::size_t kNamed = 4;
  const Paths& paths = layout.passed_over;
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, paths.size()); ++i) {
    text += (i == 0 ? "; passed over: " : ", ") + paths[i].string();
  }
  return paths.size() > kNamed ? concat(text, " and ", paths.size() - kNamed, " more") : text;
}

std::string share_of(const fs::path& dir, double share) {
  return concat(std::lround(100 * share), " % of each class of ", dir.string());
}

std::string description(const FolderLayout& layout, double test_share) {
  if (layout.train.empty()) return concat("measured on ", layout.test.string(), passed_over(layout));
  return concat("learning from ", layout.train.string(), ", measured on ",
                layout.test.empty() ? share_of(layout.train, test_share) : layout.test.string(), passed_over(layout));
}

}  // namespace mog
