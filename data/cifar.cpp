// Reads the CIFAR binaries in chunks of records, checks every label, and turns planes into channels last.
#include "data/cifar.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "data/data_guess.hpp"
#include "data/file.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;
constexpr Index kPlane = 32 * 32;
constexpr Index kChunk = 1000;  // records read at once: 3 MB

InputFile open_batch(const CifarLayout& layout, const fs::path& folder, const CifarLayout::File& file) {
  InputFile input(layout.title, folder / file.name);
  const Index expected = file.pictures * layout.record_bytes();
  if (input.size() != static_cast<std::uint64_t>(expected)) {
    throw DataError(concat(input.label(), ": ", input.size(), " bytes, expected ", expected, " (", file.pictures,
                           " pictures of ", layout.record_bytes(), " bytes)"));
  }
  return input;
}

/// Calls take(record, index) for each record, `index` counted from the file's beginning, on several threads.
template <class Take>
void for_each_record(const CifarLayout& layout, const fs::path& folder, const CifarLayout::File& file,
                     const Take& take) {
  InputFile input = open_batch(layout, folder, file);
  std::vector<std::uint8_t> chunk(static_cast<std::size_t>(std::min(kChunk, file.pictures) * layout.record_bytes()));
  for (Index first = 0; first < file.pictures; first += kChunk) {
    const Index records = std::min(kChunk, file.pictures - first);
    input.read(std::span(chunk).first(static_cast<std::size_t>(records * layout.record_bytes())));
    parallel_for(records, [&](Index i) { take(chunk.data() + i * layout.record_bytes(), first + i); });
  }
}

/// What is wrong with the labels of one file: the first label out of range, and how many more there are;
/// empty if none is.
std::string label_problem(const CifarLayout& layout, const fs::path& folder, const CifarLayout::File& file,
                          const std::vector<std::uint8_t>& labels) {
  const auto label_bytes = static_cast<Index>(layout.classes.size());
  std::string problem;
  Index others = 0;
  for (Index i = 0; i < static_cast<Index>(labels.size()); ++i) {
    const Index classes = layout.classes[static_cast<std::size_t>(i % label_bytes)];
    const Index label = labels[static_cast<std::size_t>(i)];
    if (label < classes) continue;
    if (!problem.empty()) {
      ++others;
      continue;
    }
    problem = concat(layout.title, ": ", (folder / file.name).string(), ": label ", label, " at byte ",
                     i / label_bytes * layout.record_bytes() + i % label_bytes, ", expected 0 to ", classes - 1);
  }
  return others == 0 ? problem : concat(problem, " (and ", others, " more labels out of range)");
}

/// Reads one file, checks its labels (all label bytes of all records are returned), and unpacks pictures unless pixels
/// is null.
std::vector<std::uint8_t> read_batch(const CifarLayout& layout, const fs::path& folder, const CifarLayout::File& file,
                                     std::uint8_t* pixels) {
  const auto label_bytes = static_cast<Index>(layout.classes.size());
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(file.pictures * label_bytes));
  for_each_record(layout, folder, file, [&](const std::uint8_t* record, Index i) {
    std::copy_n(record, label_bytes, labels.begin() + i * label_bytes);
    if (pixels == nullptr) return;
    const std::uint8_t* planes = record + label_bytes;
    std::uint8_t* image = pixels + i * 3 * kPlane;
    for (Index p = 0; p < kPlane; ++p) {
      for (Index c = 0; c < 3; ++c) image[3 * p + c] = planes[c * kPlane + p];
    }
  });
  const std::string problem = label_problem(layout, folder, file, labels);
  if (!problem.empty()) throw DataError(problem);
  return labels;
}

std::vector<std::string> read_names(const CifarLayout& layout, const fs::path& folder, std::size_t which) {
  const fs::path path = folder / layout.names[which];
  std::vector<std::string> names = read_lines(layout.title, path);
  if (static_cast<Index>(names.size()) != layout.classes[which]) {
    throw DataError(concat(layout.title, ": ", path.string(), ": ", names.size(), " class names, expected ",
                           layout.classes[which]));
  }
  return names;
}

Dataset read_set(const CifarLayout& layout, const fs::path& folder, std::span<const CifarLayout::File> files,
                 std::size_t which) {
  Dataset data{
      .name = layout.title, .height = 32, .width = 32, .channels = 3, .pixels = {}, .labels = {}, .class_names = {}};
  data.class_names = read_names(layout, folder, which);
  Index total = 0;
  for (const auto& file : files) total += file.pictures;
  data.resize(total);
  Index first = 0;
  for (const auto& file : files) {
    const std::vector<std::uint8_t> labels = read_batch(layout, folder, file, data.image(first));
    for (Index i = 0; i < file.pictures; ++i) {
      data.labels[static_cast<std::size_t>(first + i)] =
          labels[static_cast<std::size_t>(i) * layout.classes.size() + which];
    }
    first += file.pictures;
  }
  return data;
}

/// Says what `dir` is, where it does not hold the files, and how to come by them.
[[noreturn]] void refuse(Cifar which, const fs::path& dir) {
  const CifarLayout& layout = cifar_layout(which);
  const DataGuess guess = guess_data(dir, which);
  const std::string advice = guess.fix.empty() ? "" : "; " + guess.fix;
  std::error_code ignored;
  if (!fs::exists(dir, ignored)) throw IoError(concat(layout.title, ": ", dir.string(), ": no such folder", advice));
  if (guess.what.empty()) {
    throw DataError(concat(layout.title, ": ", dir.string(), ": holds neither ", layout.train.front().name,
                           " nor a folder ", layout.folder, advice));
  }
  throw DataError(concat(layout.title, ": ", dir.string(), ": ", guess.what, ", expected ", layout.title,
                         " as a folder with ", layout.train.front().name, advice));
}

DatasetPair load(Cifar which, const fs::path& dir, std::size_t label) {
  const CifarLayout& layout = cifar_layout(which);
  const fs::path folder = find_cifar(layout, dir);
  if (folder.empty()) refuse(which, dir);
  return {read_set(layout, folder, layout.train, label), read_set(layout, folder, {&layout.test, 1}, label)};
}

}  // namespace

std::vector<CifarLayout::File> CifarLayout::files() const {
  std::vector<File> all = train;
  all.push_back(test);
  return all;
}

const CifarLayout& cifar_layout(Cifar which) {
  static const CifarLayout ten = {
      .title = "cifar-10",
      .folder = "cifar-10-batches-bin",
      .train = {{"data_batch_1.bin", 10000},
                {"data_batch_2.bin", 10000},
                {"data_batch_3.bin", 10000},
                {"data_batch_4.bin", 10000},
                {"data_batch_5.bin", 10000}},
      .test = {"test_batch.bin", 10000},
      .names = {"batches.meta.txt"},
      .classes = {10},
  };
  static const CifarLayout hundred = {
      .title = "cifar-100",
      .folder = "cifar-100-binary",
      .train = {{"train.bin", 50000}},
      .test = {"test.bin", 10000},
      .names = {"coarse_label_names.txt", "fine_label_names.txt"},
      .classes = {20, 100},
  };
  return which == Cifar::ten ? ten : hundred;
}

fs::path find_cifar(const CifarLayout& layout, const fs::path& dir) {
  std::error_code error;
  const auto holds_any = [&](const fs::path& folder) {
    const auto files = layout.files();
    return std::any_of(files.begin(), files.end(),
                       [&](const auto& file) { return fs::exists(folder / file.name, error); });
  };
  for (const fs::path& folder : {dir, dir / layout.folder}) {
    if (holds_any(folder)) return folder;
  }
  return {};
}

std::vector<std::string> cifar_problems(const CifarLayout& layout, const fs::path& folder) {
  std::vector<std::string> problems;
  const auto collect = [&](const auto& read) {
    try {
      read();
    } catch (const std::runtime_error& error) {
      problems.emplace_back(error.what());
    }
  };
  for (const auto& file : layout.files()) collect([&] { read_batch(layout, folder, file, nullptr); });
  for (std::size_t i = 0; i < layout.names.size(); ++i) collect([&] { read_names(layout, folder, i); });
  return problems;
}

DatasetPair load_cifar10(const fs::path& dir) { return load(Cifar::ten, dir, 0); }

DatasetPair load_cifar100(const fs::path& dir, CifarLabels labels) {
  return load(Cifar::hundred, dir, labels == CifarLabels::coarse ? 0 : 1);
}

}  // namespace mog
