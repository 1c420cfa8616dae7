// Network: a network as training, evaluation and comparison call it.
#pragma once

#include <functional>

#include "layers/pass.hpp"

namespace mog {

/// Images [N, H, W, C] in, logits [N, classes] out: a function, a lambda, or an object made of layers. Such an object
/// may be copied, as layers are handles on their parameters; std::ref(net) has it called where it lives.
using Network = std::function<Variable<float>(Pass<float>&, const Variable<float>&)>;

}  // namespace mog
