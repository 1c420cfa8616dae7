// Conversions between floats and small integers: every instruction set, every size around its vectors.
#include "core/kernels/convert/convert.hpp"

#include <utility>

#include "tests/support/kernel_rows.hpp"

using namespace mog;
using namespace mog::kernels;
using namespace mog::test;

TEST_CASE("every row converts exactly, and reads and writes nothing behind the last number") {
  for_rows(convert_kernels(), [](const auto& row) {
    for (const Index count : kSizes) {
      const Codes x(count, 3, 255);
      GuardedBuffer<std::uint8_t> bytes(count);
      for (Index i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(x[i]);
      GuardedBuffer<float> floats(count);
      row.bytes_to_floats(bytes.data(), count, floats.data());
      check_same_bits(floats, x);
      GuardedBuffer<std::int16_t> shorts(count);
      for (Index i = 0; i < count; ++i) shorts[i] = static_cast<std::int16_t>(60 * i - 30000);
      row.shorts_to_floats(shorts.data(), count, floats.data());
      for (Index i = 0; i < count; ++i) REQUIRE(floats[i] == static_cast<float>(shorts[i]));
    }
  });
}

TEST_CASE("numbers of 16 bits go there exactly, and a larger one is found wherever it stands") {
  for_rows(convert_kernels(), [](const auto& row) {
    for (const Index count : kSizes) {
      GuardedBuffer<float> x(count);
      for (Index i = 0; i < count; ++i) x[i] = static_cast<float>(60 * i - 30000);
      x[count / 2] = 32767;
      x[0] = -32768;
      GuardedBuffer<std::int16_t> shorts(count);
      CHECK(row.floats_to_shorts(x.data(), count, shorts.data()));
      for (Index i = 0; i < count; ++i) REQUIRE(static_cast<float>(shorts[i]) == x[i]);
      for (const Index at : {Index{0}, count / 2, count - 1}) {
        for (const float number : {32768.0F, -32769.0F, 1e9F}) {
          const float before = std::exchange(x[at], number);
          CHECK(!row.floats_to_shorts(x.data(), count, shorts.data()));
          x[at] = before;
        }
      }
    }
  });
}

TEST_CASE("a saturated number is found wherever it stands, and no other is taken for one") {
  for_rows(convert_kernels(), [](const auto& row) {
    for (const Index count : kSizes) {
      GuardedBuffer<std::int16_t> x(count);
      for (Index i = 0; i < count; ++i) x[i] = static_cast<std::int16_t>(i % 2 == 0 ? 32766 : -32767);
      CHECK(!row.saturated(x.data(), count));
      for (const Index at : {Index{0}, count / 2, count - 1}) {
        for (const std::int16_t number : {std::int16_t{32767}, std::int16_t{-32768}}) {
          const std::int16_t before = std::exchange(x[at], number);
          CHECK(row.saturated(x.data(), count));
          x[at] = before;
        }
      }
    }
  });
}
