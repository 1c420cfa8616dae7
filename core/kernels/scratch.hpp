// Working memory of the kernels: buffers that a thread keeps, so that a training step allocates
// nothing after the first.
#pragma once

#include <cstddef>

#include "core/types.hpp"

namespace mog::kernels {

/// What the memory is for. Its content lives until the same thread takes the same kind again, so a kernel takes each
/// kind once, and calls no other kernel in between.
enum class Scratch {
  call,     // taken by the calling thread before the work is split, read or written by all threads
  piece,    // taken by the thread that works on a piece
  operand,  // likewise, for an operand of the piece in another form
};

/// `count` uninitialised floats, 64-byte aligned, that belong to this thread; the buffer grows and never shrinks, and
/// goes with the thread. Throws std::bad_alloc, which within a piece ends the program.
float* scratch(Scratch kind, Index count);

/// Bytes of all threads' buffers: constant once every kernel has seen its largest sizes.
std::size_t scratch_bytes();

}  // namespace mog::kernels
