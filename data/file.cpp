// Reading files, with messages a person can act on.
#include "data/file.hpp"

#include <cerrno>
#include <cstring>

#include "core/error.hpp"

namespace mog {
namespace fs = std::filesystem;

InputFile::InputFile(std::string_view who, const fs::path& path) : label_(concat(who, ": ", path.string())) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) throw IoError(label_ + ": no such file");
  if (error) throw IoError(concat(label_, ": ", error.message()));
  if (!fs::is_regular_file(status)) throw IoError(label_ + ": not a file");
  size_ = fs::file_size(path, error);
  if (error) throw IoError(concat(label_, ": ", error.message()));
  errno = 0;
  stream_.open(path, std::ios::binary);
  if (!stream_) throw IoError(concat(label_, ": cannot be opened: ", std::strerror(errno)));
}

void InputFile::read(std::span<std::uint8_t> bytes) {
  errno = 0;
  stream_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  const auto got = static_cast<std::uint64_t>(stream_.gcount());
  if (stream_.bad()) throw IoError(concat(label_, ": reading failed at byte ", offset_, ": ", std::strerror(errno)));
  if (got != bytes.size())
    throw DataError(concat(label_, ": ends at byte ", offset_ + got, ", expected ", bytes.size() - got, " more"));
  offset_ += got;
}

std::vector<std::uint8_t> read_file(std::string_view who, const fs::path& path, std::uint64_t at_most) {
  InputFile file(who, path);
  if (file.size() > at_most)
    throw DataError(concat(file.label(), ": ", file.size(), " bytes, expected at most ", at_most));
  std::vector<std::uint8_t> bytes(file.size());
  file.read(bytes);
  return bytes;
}

std::vector<std::string> read_lines(std::string_view who, const fs::path& path) {
  constexpr std::uint64_t kShort = 1 << 16;
  std::vector<std::string> lines(1);
  for (const std::uint8_t byte : read_file(who, path, kShort)) {
    if (byte == '\n') {
      if (!lines.back().empty()) lines.emplace_back();
    } else if (byte != '\r') {
      lines.back() += static_cast<char>(byte);
    }
  }
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace mog
