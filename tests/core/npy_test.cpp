// .npy files against the bytes that numpy 1.24's numpy.save writes.
#include "core/npy.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/core/temporary_folder.hpp"

using namespace mog;

namespace {

/// The dictionary line of the file, without its padding.
template <class T>
std::string dictionary(const Tensor<T>& tensor) {
  const testing::TemporaryFolder folder;
  write_npy(folder / "t.npy", tensor);
  const std::string bytes = testing::bytes_of_file(folder / "t.npy");
  const auto header = static_cast<std::size_t>(static_cast<unsigned char>(bytes[8])) +
                      256 * static_cast<std::size_t>(static_cast<unsigned char>(bytes[9]));
  CHECK((10 + header) % 64 == 0);
  CHECK(bytes[9 + header] == '\n');
  CHECK(bytes.size() == 10 + header + tensor.values().size_bytes());
  return bytes.substr(10, bytes.find('}') - 9);
}

}  // namespace

TEST_CASE("a small float matrix is the bytes of numpy.save, to the last") {
  const testing::TemporaryFolder folder;
  write_npy(folder / "t.npy", Tensor<float>::from({2, 1}, {1.0F, -2.0F}));
  std::string expected =
      std::string("\x93NUMPY\x01\x00v\x00", 10) + "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
  expected += std::string(127 - expected.size(), ' ') + "\n";
  expected += std::string("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8);
  CHECK(testing::bytes_of_file(folder / "t.npy") == expected);
}

TEST_CASE("every type and rank has numpy's name for it") {
  CHECK(dictionary(Tensor<double>::filled({3}, 0)) == "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }");
  CHECK(dictionary(Tensor<std::uint8_t>::filled({0, 4}, 0)) ==
        "{'descr': '|u1', 'fortran_order': False, 'shape': (0, 4), }");
  CHECK(dictionary(Tensor<std::int32_t>::filled({1, 2, 3}, 0)) ==
        "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2, 3), }");
  CHECK(dictionary(Tensor<std::int64_t>::filled({2}, 0)) ==
        "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }");
  CHECK(dictionary(Tensor<std::uint64_t>::filled({2, 2, 2, 2, 2}, 0)) ==
        "{'descr': '<u8', 'fortran_order': False, 'shape': (2, 2, 2, 2, 2), }");
}

TEST_CASE("an empty tensor is refused") { CHECK_THROWS_AS(write_npy("t.npy", Tensor<float>()), std::invalid_argument); }
