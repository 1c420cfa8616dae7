// Adler-32 against the values that its specification and other programs print.
#include "data/adler32.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

TEST_CASE("Adler-32 gives known values, and does not overflow in long runs of 255") {
  CHECK(mog::adler32({}) == 1);
  CHECK(mog::adler32(bytes_of("Wikipedia")) == 0x11E60398);
  const std::vector<std::uint8_t> ones(1'000'003, 255);
  std::uint64_t sum = 1, sums = 0;  // the definition, a division each
  for (const std::uint8_t one : ones) {
    sum = (sum + one) % 65521;
    sums = (sums + sum) % 65521;
  }
  CHECK(mog::adler32(ones) == (sums << 16 | sum));
}
