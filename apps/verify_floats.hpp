// `mog verify` of an ONNX file of floats: its logits beside the evaluation's.
#pragma once

#include "apps/verify_words.hpp"

namespace mog::apps {

/// Runs the file and the checkpoint over the same pictures, prints, and throws Exit when more pictures lie beyond the
/// bound than may. Throws std::invalid_argument when the file was exported from another checkpoint.
void verify_floats(const VerifyWords& words);

}  // namespace mog::apps
