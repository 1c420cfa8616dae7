// Piece by piece, whatever the file's size.
#include "data/md5_file.hpp"

#include "core/md5.hpp"
#include "data/file.hpp"

namespace mog {

std::string md5_of_file(const std::filesystem::path& path) {
  Md5 digest;
  InputFile file("md5", path);
  std::vector<std::uint8_t> buffer(1 << 20);
  for (std::uint64_t left = file.size(); left > 0;) {
    const auto piece = std::span(buffer).first(std::min<std::uint64_t>(left, buffer.size()));
    file.read(piece);
    digest.update(piece);
    left -= piece.size();
  }
  return digest.hex();
}

}  // namespace mog
