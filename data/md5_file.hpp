// MD5 of a whole file.
#pragma once

#include <filesystem>
#include <string>

namespace mog {

/// 32 hexadecimal digits. Throws IoError when the file cannot be read.
std::string md5_of_file(const std::filesystem::path& path);

}  // namespace mog
