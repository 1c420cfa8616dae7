// Operations on bytes between the integer convolutions, every row of the table: GB/s at the models' shapes.
#include <cstdint>

#include "bench/memory_bound.hpp"
#include "core/kernels/codes_u8/codes_u8.hpp"

namespace mog::bench {
namespace {

using namespace kernels;
using Row = CodesU8Kernels;

std::vector<std::uint8_t> some_codes(Index count, unsigned step) {
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(count));
  unsigned next = 0;
  for (auto& code : codes) code = static_cast<std::uint8_t>((next += step) % 101 % 8);
  return codes;
}

/// Times body(row, out), which writes `outputs` numbers and moves `bytes`.
template <class T, class Body>
void time_codes(benchmark::State& state, const Row& row, const Row& reference, Index outputs, Index bytes,
                const Body& body) {
  std::vector<T> out(static_cast<std::size_t>(outputs)), expected(out.size());
  body(reference, expected.data());
  body(row, out.data());
  time_memory(state, out == expected, static_cast<double>(bytes), [&] { body(row, out.data()); });
}

void map_sums(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = some_codes(map.count(), 37);
  time_codes<std::int32_t>(state, row, reference, map.channels, map.count(), [&](const Row& by, std::int32_t* y) {
    by.map_sums({.x = x.data(), .y = y, .pixels = map.rows(), .channels = map.channels, .x_pixel = map.channels});
  });
}

void mux_residual(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = some_codes(map.count(), 37), i1 = some_codes(map.count(), 23);
  std::vector<std::uint8_t> select(static_cast<std::size_t>(map.channels));
  for (std::size_t c = 0; c < select.size(); c += 3) select[c] = 255;
  time_codes<std::uint8_t>(state, row, reference, map.count(), 3 * map.count(), [&](const Row& by, std::uint8_t* y) {
    by.mux_residual({.x = x.data(),
                     .i1 = i1.data(),
                     .select = select.data(),
                     .y = y,
                     .rows = map.images * map.side,
                     .width = map.side,
                     .channels = map.channels,
                     .one_bit = false,
                     .pool = false});
  });
}

void max_pool(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const auto x = some_codes(map.count(), 37);
  const Index outputs = map.count() / 4;
  time_codes<std::uint8_t>(state, row, reference, outputs, 5 * outputs, [&](const Row& by, std::uint8_t* y) {
    by.max_pool({.x = x.data(), .y = y, .rows = map.images * map.side, .width = map.side, .channels = map.channels});
  });
}

/// Of one picture of three channels, as the first layer reads it, whatever the map holds.
void patches(benchmark::State& state, const Row& row, const Row& reference, MapShape map) {
  const Index channels = 3, pixels = map.side * map.side, outputs = pixels * 28;
  const auto x = some_codes(pixels * channels, 37);
  time_codes<std::uint8_t>(state, row, reference, outputs, outputs + pixels * channels,
                           [&](const Row& by, std::uint8_t* y) {
                             by.patches({.x = x.data(),
                                         .y = y,
                                         .height = map.side,
                                         .width = map.side,
                                         .channels = channels,
                                         .y_pixel = 28,
                                         .row = 0,
                                         .rows = map.side,
                                         .border = 128});
                           });
}

const int kRegistered = register_rows<Row>(
    "codes_u8", codes_u8_kernels(),
    {{"map_sums", map_sums}, {"mux_residual", mux_residual}, {"max_pool", max_pool}, {"patches", patches}});

}  // namespace
}  // namespace mog::bench
