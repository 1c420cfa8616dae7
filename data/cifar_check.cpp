// Compares all pictures with each other, and looks for those of one colour.
#include "data/cifar_check.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "data/equal_pictures.hpp"

namespace mog {
namespace {

/// Where each picture stands: file by file, the training ones in order, the test file last.
struct Files {
  explicit Files(Cifar which) : layout(cifar_layout(which)), files(layout.files()) {}

  /// The file of a picture, and leaves its number within that file in `at`.
  std::size_t file_of(PictureIndex& at) const {
    if (at.test) return files.size() - 1;
    std::size_t file = 0;
    for (; at.index >= files[file].pictures; ++file) at.index -= files[file].pictures;
    return file;
  }
  [[nodiscard]] std::string place(PictureIndex at) const {
    const char* name = files[file_of(at)].name;
    return concat(name, " picture ", at.index, " (byte ", at.index * layout.record_bytes(), ")");
  }

  const CifarLayout& layout;
  std::vector<CifarLayout::File> files;
};

bool of_one_colour(const Dataset& data, Index i) {
  const std::uint8_t* pixels = data.image(i);
  return std::equal(pixels + data.channels, pixels + data.image_bytes(), pixels);
}

/// Pictures of one colour: three in a row are a hole in the file.
void find_holes(const Files& files, const Dataset& data, bool test, CifarContent& content) {
  constexpr Index kRow = 3;
  for (Index first = 0; first < data.size();) {
    Index end = first;
    while (end < data.size() && of_one_colour(data, end)) ++end;
    if (end == first) {
      ++first;
      continue;
    }
    const std::string place = files.place({test, first});
    if (end - first >= kRow) {
      content.problems.push_back(concat(files.layout.title, ": from ", place, " on ", end - first,
                                        " pictures in a row have one colour only, as where a copy broke off"));
    } else {
      content.notes.push_back(concat(files.layout.title, ": ", place, " has one colour only"));
    }
    first = end;
  }
}

/// Files of which at least half is in another one, too. Returns which of them those are.
std::vector<bool> find_repeated(const Files& files, const std::vector<std::vector<PictureIndex>>& groups,
                                CifarContent& content) {
  const std::size_t count = files.files.size();
  std::vector<Index> shared(count * count);  // pictures of the second file that are in the first, too
  for (const auto& group : groups) {
    std::vector<Index> members(count);
    for (PictureIndex one : group) ++members[files.file_of(one)];
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = 0; b < count; ++b) shared[a * count + b] += a != b && members[a] > 0 ? members[b] : 0;
    }
  }
  std::vector<bool> repeated(count);
  for (std::size_t b = 0; b < count; ++b) {
    for (std::size_t a = 0; a < b && !repeated[b]; ++a) {
      const Index smaller = std::min(files.files[a].pictures, files.files[b].pictures);
      const Index both = files.files[b].pictures == smaller ? shared[a * count + b] : shared[b * count + a];
      if (2 * both < smaller) continue;
      repeated[b] = true;
      content.problems.push_back(concat(files.layout.title, ": ", files.files[b].name, " holds pictures of ",
                                        files.files[a].name, ": ", both, " of ", smaller));
    }
  }
  return repeated;
}

/// One line about what is left: pictures that are there more than once.
void note_equal_pictures(const Files& files, const DatasetPair& data,
                         const std::vector<std::vector<PictureIndex>>& groups, CifarContent& content) {
  Index across = 0, mixed = 0;
  for (const auto& group : groups) {
    const auto label = [&](const PictureIndex& at) {
      return (at.test ? data.test : data.train).labels[static_cast<std::size_t>(at.index)];
    };
    const auto any = [&](const auto& differs) { return std::any_of(group.begin(), group.end(), differs); };
    across += any([&](const PictureIndex& one) { return one.test != group[0].test; }) ? 1 : 0;
    mixed += any([&](const PictureIndex& one) { return label(one) != label(group[0]); }) ? 1 : 0;
  }
  if (groups.empty()) return;
  content.notes.push_back(concat(files.layout.title, ": ", groups.size(), " pictures are there more than once, ",
                                 across, " of them to learn from and to measure on, ", mixed,
                                 " in two classes; the first: ", files.place(groups[0][0]), ", ",
                                 files.place(groups[0][1])));
}

}  // namespace

CifarContent check_cifar_content(Cifar which, const std::filesystem::path& folder) {
  const Files files(which);
  const DatasetPair data = which == Cifar::ten ? load_cifar10(folder) : load_cifar100(folder);
  CifarContent content;
  find_holes(files, data.train, false, content);
  find_holes(files, data.test, true, content);

  const auto groups = equal_pictures(data, [&](const PictureIndex& one) {  // told above
    return of_one_colour(one.test ? data.test : data.train, one.index);
  });
  const std::vector<bool> repeated = find_repeated(files, groups, content);
  if (std::none_of(repeated.begin(), repeated.end(), [](bool one) { return one; })) {
    note_equal_pictures(files, data, groups, content);
  }
  return content;
}

}  // namespace mog
