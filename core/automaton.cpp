// The automaton's update, 64 cells at a time, for every elementary rule.
#include "core/automaton.hpp"

#include "core/error.hpp"
#include "core/random.hpp"

namespace mog {
namespace {

using Word = std::uint64_t;
constexpr Index kWordBits = 64;

/// The rule's truth table as a sum of products: one term for each neighbourhood that makes a live cell.
Word apply(unsigned rule, Word left, Word centre, Word right) {
  Word alive = 0;
  for (unsigned neighbourhood = 0; neighbourhood < 8; ++neighbourhood) {
    if ((rule >> neighbourhood & 1) == 0) continue;
    alive |= ((neighbourhood & 4) != 0 ? left : ~left) & ((neighbourhood & 2) != 0 ? centre : ~centre) &
             ((neighbourhood & 1) != 0 ? right : ~right);
  }
  return alive;
}

std::vector<std::uint8_t> random_state(Index cells, std::uint64_t seed, std::uint32_t layer) {
  require(cells >= 1, "automaton: ", cells, " cells, expected at least 1");
  Random random(seed, Purpose::automaton, layer);
  std::vector<std::uint8_t> state(static_cast<std::size_t>(cells));
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < state.size(); ++i) {
    if (i % 32 == 0) bits = random.bits();
    state[i] = bits >> (i % 32) & 1;
  }
  return state;
}

}  // namespace

Automaton::Automaton(const std::vector<std::uint8_t>& state, int rule)
    : cells_(static_cast<Index>(state.size())), rule_(static_cast<unsigned>(rule)) {
  require(!state.empty(), "automaton: no cells, expected at least 1");
  require(rule >= 0 && rule <= 255, "automaton: rule ", rule, ", expected 0 to 255");
  words_.resize((state.size() + kWordBits - 1) / kWordBits);
  next_.resize(words_.size());
  for (std::size_t i = 0; i < state.size(); ++i) {
    require(state[i] <= 1, "automaton: cell ", i, " is ", int{state[i]}, ", expected 0 or 1");
    words_[i / kWordBits] |= Word{state[i]} << (i % kWordBits);
  }
}

Automaton::Automaton(Index cells, std::uint64_t seed, std::uint32_t layer, int rule)
    : Automaton(random_state(cells, seed, layer), rule) {}

void Automaton::step() {
  const std::size_t last = words_.size() - 1;
  const Index used = (cells_ - 1) % kWordBits + 1;  // bits of the last word that are cells
  for (std::size_t i = 0; i <= last; ++i) {
    // The neighbours of 64 cells are the same cells moved by one, with one bit from the next word over; the ring closes
    // between the last cell and the first.
    const Word from_left = i == 0 ? Word{cell(cells_ - 1)} : words_[i - 1] >> (kWordBits - 1);
    const Word from_right = i == last ? Word{cell(0)} << (used - 1) : words_[i + 1] << (kWordBits - 1);
    next_[i] = apply(rule_, words_[i] << 1 | from_left, words_[i], words_[i] >> 1 | from_right);
  }
  next_[last] &= ~Word{0} >> (kWordBits - used);
  words_.swap(next_);
}

}  // namespace mog
