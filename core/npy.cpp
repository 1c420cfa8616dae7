// The .npy header: magic, version 1.0, and a Python dictionary padded so that the numbers begin at a multiple of 64.
#include "core/npy.hpp"

#include <array>
#include <bit>
#include <string>
#include <type_traits>

#include "core/file.hpp"

namespace mog {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

/// "<f4": byte order, kind and bytes of a number.
template <class T>
std::string descr() {
  const char kind = std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u';
  return std::string(sizeof(T) == 1 ? "|" : "<") + kind + std::to_string(sizeof(T));
}

/// "(50, 10)"; of one size "(50,)".
std::string tuple(const Shape& shape) {
  std::string text = "(";
  for (int i = 0; i < shape.rank(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + (shape.rank() == 1 ? ",)" : ")");
}

}  // namespace

template <class T>
void write_npy(const std::filesystem::path& path, const Tensor<T>& tensor) {
  require(!tensor.empty(), "write_npy: ", path.string(), ": an empty tensor");
  std::string dictionary =
      "{'descr': '" + descr<T>() + "', 'fortran_order': False, 'shape': " + tuple(tensor.shape()) + ", }";
  constexpr std::size_t kPreamble = 10;  // magic, version, length of what follows
  const std::size_t unpadded = kPreamble + dictionary.size() + 1;
  dictionary.append((64 - unpadded % 64) % 64, ' ');
  dictionary += '\n';

  std::string header = "\x93NUMPY";
  header += '\x01';
  header += '\0';
  header += static_cast<char>(dictionary.size() & 0xFF);
  header += static_cast<char>(dictionary.size() >> 8);
  header += dictionary;
  const std::array pieces{std::as_bytes(std::span(header)), Bytes(std::as_bytes(tensor.values()))};
  write_file(path, pieces);
}

template void write_npy(const std::filesystem::path&, const Tensor<float>&);
template void write_npy(const std::filesystem::path&, const Tensor<double>&);
template void write_npy(const std::filesystem::path&, const Tensor<std::uint8_t>&);
template void write_npy(const std::filesystem::path&, const Tensor<std::int32_t>&);
template void write_npy(const std::filesystem::path&, const Tensor<std::int64_t>&);
template void write_npy(const std::filesystem::path&, const Tensor<std::uint64_t>&);

}  // namespace mog
