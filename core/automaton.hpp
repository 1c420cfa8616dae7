// Elementary cellular automaton: the generator of the pointwise weights that are never stored (paper section III.B).
#pragma once

#include <cstdint>
#include <vector>

#include "core/types.hpp"

namespace mog {

/// One-dimensional automaton of two states on a ring of cells; a cell's next state depends on itself and its two
/// neighbours. The rule's number is Wolfram's: bit (4 left + 2 centre + right) of it is the new state. Rule 30: left
/// XOR (centre OR right). Cells are held 64 to a word and updated a word at a time.
class Automaton {
 public:
  /// state: one 0 or 1 a cell, at least one cell. rule: 0..255. Throws std::invalid_argument otherwise.
  explicit Automaton(const std::vector<std::uint8_t>& state, int rule = 30);
  /// The first state drawn from the seed and the layer's index, one bit a cell. (One live cell alone would be
  /// degenerate: with 256 cells and 64 states 131 of the output channels would be duplicates.)
  Automaton(Index cells, std::uint64_t seed, std::uint32_t layer, int rule = 30);

  [[nodiscard]] Index cells() const { return cells_; }
  [[nodiscard]] bool cell(Index i) const { return (words_[static_cast<std::size_t>(i / 64)] >> (i % 64) & 1) != 0; }
  /// Replaces the state by its successor.
  void step();

 private:
  Index cells_;
  unsigned rule_;
  std::vector<std::uint64_t> words_;  // unused bits of the last word are 0
  std::vector<std::uint64_t> next_;
};

}  // namespace mog
