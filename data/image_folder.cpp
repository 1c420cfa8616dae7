// Lists a folder of pictures by class, decodes them on all threads, and splits them where train/ and test/ are missing.
#include "data/image_folder.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "data/image.hpp"
#include "data/split.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

/// Pictures that were found but not read: a path and a label each.
struct Listing {
  std::vector<std::string> class_names;
  std::vector<fs::path> files;
  std::vector<std::int32_t> labels;
};

/// What is wrong with a folder or a picture: with what it holds, or with reading it.
struct Problem {
  std::string text;
  bool unreadable = false;
};
using Problems = std::vector<Problem>;

bool hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

/// What `dir` holds, sorted by name, hidden entries left out.
std::vector<fs::directory_entry> entries_of(const fs::path& dir) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (!hidden(it->path())) entries.push_back(*it);
  }
  if (error) throw IoError(concat("image folder: ", dir.string(), ": ", error.message()));
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.path().filename().string() < b.path().filename().string(); });
  return entries;
}

/// What an entry is, or what a link leads to; a link that leads nowhere or in a circle is nothing.
fs::file_type type_of(const fs::directory_entry& entry) {
  std::error_code ignored;
  return entry.status(ignored).type();
}

/// Lists dir/<class>/*. What is wrong goes to `problems`, one line each.
Listing list_classes(const fs::path& dir, Problems& problems) {
  Listing listing;
  for (const auto& sub : entries_of(dir)) {
    if (type_of(sub) != fs::file_type::directory) continue;
    const auto label = static_cast<std::int32_t>(listing.class_names.size());
    listing.class_names.push_back(sub.path().filename().string());
    const std::size_t before = listing.files.size();
    for (const auto& entry : entries_of(sub.path())) {
      if (type_of(entry) != fs::file_type::regular) {
        problems.push_back(
            {concat("image folder: ", entry.path().string(), ": expected pictures only, found something else")});
        continue;
      }
      listing.files.push_back(entry.path());
      listing.labels.push_back(label);
    }
    if (listing.files.size() == before)
      problems.push_back({concat("image folder: ", sub.path().string(), ": holds no pictures")});
  }
  if (listing.class_names.size() < 2) {
    problems.push_back({concat("image folder: ", dir.string(), ": ", listing.class_names.size(),
                               " sub-folders, expected 2 or more, one for each class")});
  }
  return listing;
}

/// Reads the pictures into a data set. Threads must not throw, so that each file's message is kept in its place.
Dataset read_pictures(const fs::path& dir, const Listing& listing, Index size, Problems& problems) {
  Dataset data{.name = dir.string(),
               .height = size,
               .width = size,
               .channels = 3,
               .pixels = {},
               .labels = listing.labels,
               .class_names = listing.class_names};
  data.resize(static_cast<Index>(listing.files.size()));
  Problems found(listing.files.size());
  parallel_for(data.size(), [&](Index i) {
    const auto at = static_cast<std::size_t>(i);
    try {
      const Image image = load_image(listing.files[at], size);
      std::copy(image.pixels.begin(), image.pixels.end(), data.image(i));
    } catch (const IoError& error) {
      found[at] = {error.what(), true};
    } catch (const std::exception& error) {
      found[at] = {error.what()};
    }
  });
  std::copy_if(found.begin(), found.end(), std::back_inserter(problems),
               [](const Problem& problem) { return !problem.text.empty(); });
  return data;
}

void throw_first(const Problems& problems) {
  if (problems.empty()) return;
  const auto& [text, unreadable] = problems.front();
  const std::size_t others = problems.size() - 1;
  const std::string all = others == 0 ? text : concat(text, " (and ", others, " more problems below this folder)");
  if (unreadable) throw IoError(all);
  throw DataError(all);
}

Dataset load_all(const fs::path& dir, Index size) {
  Problems problems;
  const Listing listing = list_classes(dir, problems);
  throw_first(problems);
  Dataset data = read_pictures(dir, listing, size, problems);
  throw_first(problems);
  return data;
}

bool has_train_and_test(const fs::path& dir) {
  std::error_code ignored;
  return fs::is_directory(dir / "train", ignored) && fs::is_directory(dir / "test", ignored);
}

/// Gives the labels of `test` the numbers that the same names have in `train`.
void relabel(Dataset& test, const Dataset& train) {
  std::vector<std::int32_t> label_of;
  for (const std::string& name : test.class_names) {
    const auto found = std::find(train.class_names.begin(), train.class_names.end(), name);
    if (found == train.class_names.end())
      throw DataError(concat("image folder: ", test.name, ": class ", name, ", which train/ lacks"));
    label_of.push_back(static_cast<std::int32_t>(found - train.class_names.begin()));
  }
  for (std::int32_t& label : test.labels) label = label_of[static_cast<std::size_t>(label)];
  test.class_names = train.class_names;
}

bool named_like_a_picture(const fs::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg" || extension == ".bmp";
}

/// "3 classes, 120 files", or nothing when no file is named like a picture.
std::string describe(const fs::path& dir) {
  Problems ignored;
  const Listing listing = list_classes(dir, ignored);
  if (std::none_of(listing.files.begin(), listing.files.end(), named_like_a_picture)) return {};
  return concat(listing.class_names.size(), " classes, ", listing.files.size(), " files");
}

void check(const ImageFolderOptions& options) {
  require(options.size >= 1 && options.size <= kMaxImageSide, "image folder: size ", options.size, ", expected 1 to ",
          kMaxImageSide);
  require(options.test_share > 0 && options.test_share < 1, "image folder: test share ", options.test_share,
          ", expected above 0 and below 1");
}

}  // namespace

Dataset load_image_folder(const fs::path& dir, const ImageFolderOptions& options) {
  check(options);
  return load_all(dir, options.size);
}

DatasetPair load_image_folder_pair(const fs::path& dir, const ImageFolderOptions& options) {
  check(options);
  if (has_train_and_test(dir)) {
    DatasetPair pair{load_all(dir / "train", options.size), load_all(dir / "test", options.size)};
    relabel(pair.test, pair.train);
    return pair;
  }
  return split(load_all(dir, options.size), options.test_share, options.seed);
}

std::string describe_image_folder(const fs::path& dir) {
  if (!has_train_and_test(dir)) return describe(dir);
  const std::string train = describe(dir / "train");
  const std::string test = describe(dir / "test");
  if (train.empty() && test.empty()) return {};
  return concat("train/ with ", train.empty() ? "no pictures" : train, "; test/ with ",
                test.empty() ? "no pictures" : test);
}

std::vector<std::string> image_folder_problems(const fs::path& dir) {
  Problems problems;
  const auto look = [&](const fs::path& folder) {
    Listing listing = list_classes(folder, problems);
    read_pictures(folder, listing, 1, problems);
    return listing;
  };
  if (has_train_and_test(dir)) {
    const Listing train = look(dir / "train");
    const Listing test = look(dir / "test");
    for (const std::string& name : test.class_names) {
      if (std::find(train.class_names.begin(), train.class_names.end(), name) != train.class_names.end()) continue;
      problems.push_back({concat("image folder: ", (dir / "test").string(), ": class ", name, ", which train/ lacks")});
    }
  } else {
    look(dir);
  }
  std::vector<std::string> lines;
  for (const Problem& problem : problems) lines.push_back(problem.text);
  return lines;
}

}  // namespace mog
