// Threads must not throw, so that each file's message is kept in its place.
#include "data/picture_set.hpp"

#include <algorithm>
#include <cctype>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "data/image.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

bool same_but_for_case(const std::string& one, const std::string& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// Takes the pictures with a message out of both.
void leave_out(const PictureProblems& found, PictureList& list, Dataset& data) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i].text.empty()) continue;
    if (kept < i) {
      std::copy_n(data.image(static_cast<Index>(i)), data.image_bytes(), data.image(static_cast<Index>(kept)));
      list.files[kept] = std::move(list.files[i]);
      list.labels[kept] = list.labels[i];
    }
    ++kept;
  }
  list.files.resize(kept);
  list.labels.resize(kept);
  data.resize(static_cast<Index>(kept));
  data.labels = list.labels;
}

}  // namespace

Dataset read_pictures(const fs::path& dir, PictureList& list, const PictureSize& size, PictureProblems& problems) {
  using Kind = PictureProblem::Kind;
  Dataset data{.name = dir.string(),
               .height = size.height,
               .width = size.width,
               .channels = 3,
               .pixels = {},
               .labels = {},
               .class_names = list.class_names};
  data.resize(static_cast<Index>(list.files.size()));
  PictureProblems found(list.files.size());
  parallel_for(data.size(), [&](Index i) {
    const auto at = static_cast<std::size_t>(i);
    try {
      const Image image = load_image(list.files[at], size);
      std::copy(image.pixels.begin(), image.pixels.end(), data.image(i));
    } catch (const DataError& error) {
      found[at] = {error.what(), Kind::broken};
    } catch (const std::exception& error) {  // rights, disk, memory: another day it is there
      found[at] = {error.what(), Kind::unreadable};
    }
  });
  for (const PictureProblem& problem : found) {
    if (!problem.text.empty()) problems.push_back(problem);
  }
  leave_out(found, list, data);
  return data;
}

std::vector<std::size_t> class_sizes(const PictureList& list) {
  std::vector<std::size_t> sizes(list.class_names.size());
  for (const std::int32_t label : list.labels) ++sizes[static_cast<std::size_t>(label)];
  return sizes;
}

void relabel(Dataset& test, const std::vector<std::string>& names) {
  std::vector<std::int32_t> label_of;
  for (const std::string& name : test.class_names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      const auto like = std::find_if(names.begin(), names.end(),
                                     [&](const std::string& other) { return same_but_for_case(name, other); });
      throw DataError(concat("image folder: ", test.name, ": class ", name, ", which train/ lacks",
                             like == names.end() ? "" : concat("; there it is called ", *like, ": rename one")));
    }
    label_of.push_back(static_cast<std::int32_t>(found - names.begin()));
  }
  for (std::int32_t& label : test.labels) label = label_of[static_cast<std::size_t>(label)];
  test.class_names = names;
}

}  // namespace mog
