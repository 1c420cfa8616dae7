// Lists a folder, and knows what is nobody's.
#include "data/folder_entries.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

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

}  // namespace

FolderEntries entries_of(std::string_view who, const fs::path& dir) {
  std::error_code error;
  std::vector<fs::directory_entry> all;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    if (!it->path().filename().string().starts_with('.') && !is_clutter(it->path())) all.push_back(*it);
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

}  // namespace mog
