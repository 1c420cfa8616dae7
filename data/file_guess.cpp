// Names, first bytes and sizes of the files that people have in place of a folder of binary files.
#include "data/file_guess.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <utility>

#include "core/error.hpp"
#include "core/shell_words.hpp"
#include "data/picture_kind.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;
using Guess = std::optional<DataGuess>;

/// The first bytes of a file, fewer where it is shorter or cannot be read.
std::string head_of(const fs::path& file) {
  std::array<char, 512> bytes{};
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(stream.gcount())};
}

/// A file's name in small letters, and its first bytes.
struct Look {
  explicit Look(const fs::path& file) : name(file.filename().string()), head(head_of(file)) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  }
  [[nodiscard]] bool named(std::string_view part) const { return name.find(part) != std::string::npos; }
  [[nodiscard]] bool begins(std::string_view bytes, std::size_t at = 0) const {
    return head.size() >= at + bytes.size() && head.compare(at, bytes.size(), bytes) == 0;
  }

  std::string name, head;
};

std::optional<Cifar> set_in_name(const Look& look) {
  for (const char* hundred : {"cifar-100", "cifar100", "cifar_100"}) {
    if (look.named(hundred)) return Cifar::hundred;
  }
  for (const char* ten : {"cifar-10", "cifar10", "cifar_10", "data_batch", "test_batch", "batches.meta"}) {
    if (look.named(ten)) return Cifar::ten;
  }
  return {};
}

std::string archive_kind(const Look& look) {
  using namespace std::string_view_literals;
  if (look.begins("\x1F\x8B"sv)) return "a gzip archive";
  if (look.begins("PK\3\4"sv)) return "a zip archive";
  if (look.begins("ustar"sv, 257)) return "a tar archive";
  if (look.begins("BZh"sv)) return "a bzip2 archive";
  if (look.begins("\xFD\x37zXZ"sv)) return "an xz archive";
  if (look.begins("7z\xBC\xAF"sv)) return "a 7-Zip archive";
  if (look.begins("Rar!"sv)) return "a RAR archive";
  return {};
}

/// "of the Python version of CIFAR-10", by the name of an archive.
std::string archive_of(const Look& look, Cifar which) {
  const char* title = name_of(which).title;
  for (const auto& [part, version] : {std::pair{"python", "Python"}, {"matlab", "MATLAB"}, {"binary", "binary"}}) {
    if (look.named(part)) return concat("the archive of the ", version, " version of ", title);
  }
  return concat("an archive of ", title);
}

Guess guess_archive(const fs::path& file, std::optional<Cifar> wanted) {
  const std::string kind = archive_kind(Look(file));
  if (kind.empty()) return {};
  if (Guess known = guess_cifar_archive(file, wanted)) return known;
  return DataGuess{concat(kind, ", not unpacked"), to_get(wanted, {}, folder_around(file))};
}

/// One file of the Python or the MATLAB version; the names of CIFAR-100's are other people's, too.
Guess guess_foreign_file(const fs::path& file, std::optional<Cifar> wanted) {
  using namespace std::string_view_literals;
  const Look look(file);
  const bool pickle = look.head.size() > 1 && look.head[0] == '\x80' && look.head[1] >= 2 && look.head[1] <= 5;
  if (look.begins("PAR1"sv))
    return DataGuess{"a Parquet table", to_get(wanted, set_in_name(look), folder_around(file))};
  if (!pickle && !look.begins("MATLAB"sv)) return {};
  std::optional<Cifar> which = set_in_name(look);
  const std::string stem = fs::path(look.name).stem().string();
  if (!which && (stem == "train" || stem == "test" || stem == "meta")) which = Cifar::hundred;
  const char* language = pickle ? "Python" : "MATLAB";
  const std::string fix = to_get(wanted, which, folder_around(folder_around(file)));
  if (!which) return DataGuess{concat("a file of ", language, "'s"), fix};
  return DataGuess{concat("one file of the ", language, " version of ", name_of(*which).title), fix};
}

/// One of the binary files, by its name and, for names that others have too, by its size.
Guess guess_binary_file(const fs::path& file, std::optional<Cifar> wanted) {
  std::error_code ignored;
  const std::uintmax_t size = fs::file_size(file, ignored);
  const Look look(file);
  for (const Cifar which : {Cifar::ten, Cifar::hundred}) {
    const CifarLayout& layout = cifar_layout(which);
    const auto files = layout.files();
    const bool known = std::any_of(files.begin(), files.end(), [&](const CifarLayout::File& one) {
      return size == static_cast<std::uintmax_t>(one.pictures * layout.record_bytes()) ||
             (which == Cifar::ten && look.name == one.name);
    });
    if (!known) continue;
    const fs::path folder = folder_around(file);
    const bool whole = std::all_of(files.begin(), files.end(), [&](const CifarLayout::File& one) {
      std::error_code unknown;
      return fs::exists(folder / one.name, unknown);
    });
    const std::string what = concat("one file of ", name_of(which).title, " alone");
    if (!whole || wanted.value_or(which) != which) return DataGuess{what, to_get(wanted, which, folder)};
    return DataGuess{what, concat("all of it is in the folder ", folder.string())};
  }
  return {};
}

}  // namespace

SetName name_of(Cifar which) {
  return which == Cifar::ten ? SetName{"CIFAR-10", "cifar10"} : SetName{"CIFAR-100", "cifar100"};
}

fs::path folder_around(const fs::path& path) {
  const fs::path entry = path.filename().empty() ? path.parent_path() : path;  // a slash at the end
  if (entry.filename() == "." || entry.filename() == "..") return entry / "..";
  return entry.has_parent_path() ? entry.parent_path() : fs::path(".");
}

std::string to_get(std::optional<Cifar> wanted, std::optional<Cifar> found, const fs::path& into) {
  if (!wanted) wanted = found;
  if (!wanted) return {};
  const auto [title, option] = name_of(*wanted);
  return concat("to get the binary version of ", title, ": ",
                command_line({"mog", "data", "fetch", option, into.string()}));
}

bool is_official_archive(const fs::path& file, Cifar which) {
  return file.filename() == concat(cifar_layout(which).title, "-binary.tar.gz");
}

Guess guess_cifar_archive(const fs::path& file, std::optional<Cifar> wanted) {
  const Look look(file);
  const std::optional<Cifar> which = set_in_name(look);
  if (!which || archive_kind(look).empty()) return {};
  const std::string what = archive_of(look, *which);
  const fs::path folder = folder_around(file);
  if (look.name.ends_with(".part")) return DataGuess{"a part of " + what, to_get(wanted, which, folder)};
  if (!is_official_archive(file, *which) || wanted.value_or(*which) != *which) {
    return DataGuess{what, to_get(wanted, which, folder)};
  }
  return DataGuess{
      concat(what, ", not unpacked"),
      concat("to unpack it: ", command_line({"mog", "data", "fetch", name_of(*which).option, folder.string()}))};
}

DataGuess guess_file(const fs::path& file, std::optional<Cifar> wanted) {
  for (const auto& guess : {guess_archive, guess_foreign_file, guess_binary_file}) {
    if (const Guess found = guess(file, wanted)) return *found;
  }
  const std::string head = head_of(file);
  const auto kind = picture_kind({reinterpret_cast<const std::uint8_t*>(head.data()), head.size()});
  const bool picture = kind.kind != PictureKind::other;
  return {picture ? concat("one picture, a ", kind.name) : "a file", to_get(wanted, {}, folder_around(file))};
}

}  // namespace mog
