// What a folder holds, without what operating systems leave in it.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace mog {

/// Entries of a folder, each sorted by name. A link is what it leads to.
struct FolderEntries {
  std::vector<std::filesystem::path> folders, files;
  std::vector<std::filesystem::path> others;  // links that lead nowhere, sockets, ...
};

/// Hidden entries and clutter are left out. `who` begins the message of the IoError of a folder that cannot be read.
FolderEntries entries_of(std::string_view who, const std::filesystem::path& dir);

/// Whether Windows, macOS or a file server makes entries of this name by itself: Thumbs.db, desktop.ini, __MACOSX, ...
bool is_clutter(const std::filesystem::path& path);
/// Whether the name ends in .png, .jpg, .jpeg or .bmp, in letters of any case.
bool named_like_a_picture(const std::filesystem::path& path);

/// Whether a file in the folder is named like one; the folder may hold millions.
bool holds_a_picture(const std::filesystem::path& dir);
/// Folders below `dir`, nearest first: three levels, some hundred folders, without hidden ones and clutter. One that
/// cannot be read is taken as empty.
std::vector<std::filesystem::path> folders_below(const std::filesystem::path& dir);

}  // namespace mog
