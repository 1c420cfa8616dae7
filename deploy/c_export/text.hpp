// The parts of the exported C that are the same for every network, as text with the prefixes mog_ and MOG_.
#pragma once

namespace mog::c_export {

/// The second half of model.h: what a program calls.
extern const char* const kInterface;
/// model.c, first half: types, convolutions, the automaton.
extern const char* const kConvolutions;
/// model.c, second half: codes, residual blocks, the steps from the picture to the sums.
extern const char* const kNetwork;
/// The second half of selftest.c: runs the embedded pictures.
extern const char* const kSelfTest;

}  // namespace mog::c_export
