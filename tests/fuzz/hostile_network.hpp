// What is asked of any packed network that reading accepts: every engine gives the same sums, within the proven ranges.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "core/crc32.hpp"
#include "deploy/runtime/engine.hpp"
#include "deploy/runtime/model_layout.hpp"
#include "deploy/runtime/proof.hpp"
#include "deploy/runtime/runtime.hpp"

namespace mog::test {

/// The bytes with the size and the checksum that fit, so that a fuzzer gets behind them.
inline std::vector<std::byte> repaired(Bytes bytes) {
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  if (file.size() < static_cast<std::size_t>(kHeaderBytes)) return file;
  put_u64(file, kSizeAt, file.size());
  put_u32(file, kChecksumAt, crc32(Bytes(file).subspan(kChecksummedFrom)));
  return file;
}

/// Steps of the plain engine on a picture and of the composed ranges, in about nanoseconds: a few bytes may describe
/// large pictures.
inline Index work_of(const IntegerNetwork& network) {
  Index pixels = network.height * network.width, steps = 0;
  const auto add = [&](const IntegerCflog& c) {
    const Index m = c.latent(), composed = 9 * c.in * m;
    steps += pixels * m * (c.in + c.out + 9 * (m / c.groups)) + composed * (c.out + 2 * m);
  };
  for (const IntegerLayer& layer : network.layers) {
    if (const auto* conv = std::get_if<IntegerConv>(&layer)) steps += pixels * 9 * conv->in * conv->out;
    if (const auto* cflog = std::get_if<IntegerCflog>(&layer)) add(*cflog);
    if (const auto* mrb = std::get_if<IntegerMrb>(&layer)) add(mrb->a), add(mrb->b);
    if (std::holds_alternative<IntegerPool>(layer)) pixels /= 4;
  }
  return steps + pixels * network.head.in * network.head.classes;
}

/// Ends the program, as a fuzzer wants it.
[[noreturn]] inline void found(const std::string& what) {
  std::fprintf(stderr, "found: %s\n", what.c_str());
  std::abort();
}

/// Each sum of a map lies in the range of its channel.
inline void require_within(const IntegerMap& map, const SumRange& range) {
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    const Interval& channel = range.channels[i % range.channels.size()];
    if (map.values[i] < channel.low || map.values[i] > channel.high) {
      found(range.name + ": a sum of " + std::to_string(map.values[i]) + " beyond its range");
    }
  }
}

/// A picture of the darkest and the brightest bytes, which reach ends of ranges, or of noise.
inline std::vector<std::uint8_t> hostile_picture(const IntegerNetwork& network, std::uint32_t seed) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(network.height * network.width * 3));
  for (std::uint8_t& byte : pixels) {
    seed = seed * 1664525 + 1013904223;
    byte = seed % 2 == 0 ? static_cast<std::uint8_t>(seed >> 24) : seed >> 31 != 0 ? 255 : 0;
  }
  return pixels;
}

/// The plain engine's sums of one picture; with them the runtime's, and the ranges of either proof, are compared.
inline void try_network(const ProvenNetwork& network, std::uint32_t seed) {
  std::map<std::string, std::vector<SumRange>, std::less<>> proven;
  for (const auto& sums : {network.sums(), composed_sums(network)}) {
    for (const SumRange& range : sums) proven[range.name].push_back(range);
  }
  const auto pixels = hostile_picture(network, seed);
  std::vector<std::int64_t> sums(static_cast<std::size_t>(network->head.classes)), fast = sums;
  run_reference(network, pixels, sums, [&](const IntegerMap& map) {
    const auto of_map = proven.find(map.name);
    if (map.codes() || of_map == proven.end()) return;
    for (const SumRange& range : of_map->second) require_within(map, range);
  });
  try {
    Runtime(network, 1).run(pixels, fast);
  } catch (const std::invalid_argument&) {
    return;  // a squeeze beyond 16 bits, which the runtime has no kernel for
  }
  if (fast != sums) found("the runtime's class sums are not the plain engine's");
}

}  // namespace mog::test
