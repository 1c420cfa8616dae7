// NumPy's .npy files, version 1.0: one tensor in a file that `numpy.load` opens.
#pragma once

#include <filesystem>

#include "core/tensor.hpp"

namespace mog {

/// Writes a tensor of float, double, std::uint8_t, std::int32_t, std::int64_t or std::uint64_t, little-endian and in C
/// order, as write_file does. Throws IoError.
template <class T>
void write_npy(const std::filesystem::path& path, const Tensor<T>& tensor);

}  // namespace mog
