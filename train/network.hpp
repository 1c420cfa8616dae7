// Network: what the training run asks of a network, and how a checkpoint describes one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "layers/pass.hpp"
#include "models/mognet.hpp"

namespace mog {

/// Images [N, H, W, C] in, logits [N, classes] out: a function, a lambda, or an object made of layers. Such an object
/// may be copied, as layers are handles on their parameters; std::ref(net) has it called where it lives.
using Network = std::function<Variable<float>(Pass<float>&, const Variable<float>&)>;

/// What a network is, in words that a checkpoint carries: architecture, sizes, data set. Two networks with the same
/// description have the same parameters.
struct Description {
  std::map<std::string, std::string> words;  // "model" -> "mognet", "n" -> "32", ...
  std::vector<std::string> class_names;

  friend bool operator==(const Description&, const Description&) = default;
};

/// model mognet, n, g, k, classes, head.
Description describe(const MognetOptions& options);
/// The way back. Throws DataError, beginning with `where`, when a word is missing, no number or out of range.
MognetOptions mognet_options(const Description& description, const std::string& where);

}  // namespace mog
