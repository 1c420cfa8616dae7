// Picture files made byte by byte, so that the decoder is tested on pixels that are known.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/types.hpp"

namespace mog::test {

using Bytes = std::vector<std::uint8_t>;

/// The value of one channel of one pixel, 16 bits.
using Pixels = std::function<unsigned(Index y, Index x, Index channel)>;

inline void big_endian(Bytes& out, std::uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
inline void little_endian(Bytes& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// A PNG chunk with its check sum (CRC-32, bit by bit).
inline void png_chunk(Bytes& out, const char* type, const Bytes& content) {
  big_endian(out, static_cast<std::uint32_t>(content.size()), 4);
  const std::size_t begin = out.size();
  out.insert(out.end(), type, type + 4);
  out.insert(out.end(), content.begin(), content.end());
  std::uint32_t crc = ~0U;
  for (std::size_t i = begin; i < out.size(); ++i) {
    crc ^= out[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  big_endian(out, ~crc, 4);
}

/// A PNG of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) channels of 8 or 16 bits, not compressed.
inline Bytes make_png(Index height, Index width, Index channels, int bits, const Pixels& pixels) {
  Bytes rows;
  for (Index y = 0; y < height; ++y) {
    rows.push_back(0);  // no filter
    for (Index x = 0; x < width; ++x) {
      for (Index c = 0; c < channels; ++c) big_endian(rows, pixels(y, x, c) >> (16 - bits), bits / 8);
    }
  }
  std::uint32_t sum1 = 1;
  std::uint32_t sum2 = 0;
  Bytes zlib = {0x78, 0x01};
  for (std::size_t at = 0; at < rows.size(); at += 65535) {
    const std::size_t length = std::min<std::size_t>(65535, rows.size() - at);
    zlib.push_back(at + length == rows.size() ? 1 : 0);
    little_endian(zlib, static_cast<std::uint32_t>(length), 2);
    little_endian(zlib, ~static_cast<std::uint32_t>(length), 2);
    for (std::size_t i = at; i < at + length; ++i) {
      zlib.push_back(rows[i]);
      sum1 = (sum1 + rows[i]) % 65521;
      sum2 = (sum2 + sum1) % 65521;
    }
  }
  big_endian(zlib, sum2 << 16 | sum1, 4);

  constexpr std::array<std::uint8_t, 5> kColourType = {0, 0, 4, 2, 6};
  Bytes header;
  big_endian(header, static_cast<std::uint32_t>(width), 4);
  big_endian(header, static_cast<std::uint32_t>(height), 4);
  header.insert(header.end(),
                {static_cast<std::uint8_t>(bits), kColourType[static_cast<std::size_t>(channels)], 0, 0, 0});
  Bytes out = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  png_chunk(out, "IHDR", header);
  png_chunk(out, "IDAT", zlib);
  png_chunk(out, "IEND", {});
  return out;
}

/// A BMP of 24 bits a pixel, bottom row first.
inline Bytes make_bmp(Index height, Index width, const Pixels& pixels) {
  const Index row = (3 * width + 3) / 4 * 4;
  Bytes out = {'B', 'M'};
  little_endian(out, static_cast<std::uint32_t>(54 + height * row), 4);
  little_endian(out, 0, 4);
  little_endian(out, 54, 4);
  little_endian(out, 40, 4);
  little_endian(out, static_cast<std::uint32_t>(width), 4);
  little_endian(out, static_cast<std::uint32_t>(height), 4);
  little_endian(out, 1, 2);
  little_endian(out, 24, 2);
  out.resize(54, 0);
  for (Index y = height - 1; y >= 0; --y) {
    for (Index x = 0; x < width; ++x) {
      for (Index c = 2; c >= 0; --c) out.push_back(static_cast<std::uint8_t>(pixels(y, x, c) >> 8));
    }
    out.resize(out.size() + static_cast<std::size_t>(row - 3 * width), 0);
  }
  return out;
}

inline std::string as_text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

/// An 8 x 8 PNG of one grey.
inline std::string grey_png(std::uint8_t value) {
  return as_text(make_png(8, 8, 1, 8, [=](Index, Index, Index) { return value * 257U; }));
}

}  // namespace mog::test
