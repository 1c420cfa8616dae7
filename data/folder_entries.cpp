// Lists a folder, and knows what is nobody's.
#include "data/folder_entries.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.hpp"

namespace mog {
namespace {

namespace fs = std::filesystem;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_passed_over(const fs::path& path) { return path.filename().string().starts_with('.') || is_clutter(path); }

}  // namespace

FolderEntries entries_of(std::string_view who, const fs::path& dir) {
  std::error_code error;
  std::vector<fs::directory_entry> all;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (!is_passed_over(it->path())) all.push_back(*it);
  }
  if (error) throw IoError(concat(who, ": ", dir.string(), ": ", error.message()));
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.path().filename().string() < b.path().filename().string(); });
  FolderEntries entries;
  for (const fs::directory_entry& entry : all) {
    std::error_code ignored;  // of a link that leads nowhere or in a circle
    const fs::file_type type = entry.status(ignored).type();
    auto& list = type == fs::file_type::directory ? entries.folders
                 : type == fs::file_type::regular ? entries.files
                                                  : entries.others;
    list.push_back(entry.path());
  }
  return entries;
}

bool is_clutter(const fs::path& path) {
  return is_one_of(lower_case(path.filename().string()),
                   {"thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "picasa.ini", "icon\r", "__macosx",
                    "@eadir", "$recycle.bin", "system volume information", "lost+found"});
}

bool named_like_a_picture(const fs::path& path) {
  return is_one_of(lower_case(path.extension().string()), {".png", ".jpg", ".jpeg", ".bmp"});
}

bool holds_a_picture(const fs::path& dir) {
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (named_like_a_picture(it->path()) && !is_passed_over(it->path())) return true;
  }
  return false;
}

std::vector<fs::path> folders_below(const fs::path& dir) {
  constexpr std::size_t kMost = 300;
  constexpr int kDeepest = 3;
  std::vector<std::pair<fs::path, int>> all = {{dir, 0}};
  for (std::size_t i = 0; i < all.size() && all.size() < kMost; ++i) {
    const auto [folder, depth] = all[i];
    if (depth == kDeepest) break;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end && all.size() < kMost;
         it.increment(error)) {
      std::error_code ignored;
      if (it->is_directory(ignored) && !is_passed_over(it->path())) all.emplace_back(it->path(), depth + 1);
    }
  }
  std::vector<fs::path> below;
  for (std::size_t i = 1; i < all.size(); ++i) below.push_back(all[i].first);
  return below;
}

}  // namespace mog
