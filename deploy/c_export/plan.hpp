// Where an exported network keeps its steps, maps, generated weights and rows: in one static arena.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "deploy/runtime/proof.hpp"

namespace mog::c_export {

/// A CFLOG and its places.
struct PlacedCflog {
  const IntegerCflog* cflog;
  std::span<const SumRange> sums;  // the proven ranges of its kCflogSums
  Index generated;                 // byte of arena.bytes at which its generated weights begin
  Index rows;                      // number of arena.rows at which its three rows of latent maps begin
};

/// One entry of the table that the C program walks over.
struct Step {
  std::string kind;                 // "STEP_PIXELS", ...
  Index height, width, channels;    // of the map that comes in
  Index in, out;                    // bytes of arena.bytes at which maps begin
  std::vector<PlacedCflog> cflogs;  // none, one or two
  Index layer;                      // index of its first name in Plan::layers
};

struct Plan {
  std::vector<Step> steps;
  std::vector<std::string> layers;  // names of the maps of codes, as the reference engine reports them
  bool wide_rows = false;           // inputs of 3x3 convolutions take 32 bits, not 16
  Index map_bytes = 0, row_numbers = 0, channels = 0, latents = 0;  // sizes of the arena's parts
  Index head_map = 0, head_pixels = 0;

  /// Of the whole arena, with strips of so many lanes.
  [[nodiscard]] Index arena_bytes(Index lanes) const;
};

/// Tables of 16 sums that a pointwise product keeps at a time.
constexpr Index kTables = 8;

/// Of a network that outlives the plan. Throws std::invalid_argument when the second layer is no CFLOG.
Plan make_plan(const ProvenNetwork& network);

}  // namespace mog::c_export
