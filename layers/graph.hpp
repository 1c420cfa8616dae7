// Graph: a network as one list of named nodes, in the order in which it runs.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "layers/binary_block.hpp"
#include "layers/blocks.hpp"
#include "layers/linear.hpp"

namespace mog {

/// See max_pool.
struct MaxPool {};
/// See padded_shortcut.
struct PaddedShortcut {};
/// See concatenate.
struct Concatenation {};
/// See global_average_pool.
struct GlobalAveragePool {};

/// What a node can be. A new kind is a line here; a visitor that does not know it does not compile.
template <class T>
using NodeKind = std::variant<ConvBlock<T>, BinaryBlock<T>, CflogBlock<T>, Mrb<T>, MaxPool, ResidualSum<T>,
                              PaddedShortcut, Concatenation, GlobalAveragePool, Linear<T>>;

template <class T>
struct Node {
  std::string name;  // "mrb1", what the names of its parameters begin with
  NodeKind<T> kind;
  std::vector<int> inputs;  // positions of earlier nodes; kImages: what the network is given
};
constexpr int kImages = -1;

/// The network runs its list, and lowering and tests walk it, as does whatever else needs the layers. May be copied, as
/// layers are handles on their parameters; one thread runs a graph at a time.
template <class T>
class Graph {
 public:
  /// Adds a node that is fed by the last one, the first by the images. Returns its position. Throws
  /// std::invalid_argument when the name is taken.
  int add(const std::string& name, NodeKind<T> kind);
  /// The same for a node that is fed by others. A ResidualSum and a Concatenation take two, every other kind one.
  int add(const std::string& name, NodeKind<T> kind, std::vector<int> inputs);

  /// The last node's output. An output is released as soon as the last node that it feeds has run.
  Variable<T> operator()(Pass<T>& pass, const Variable<T>& images);

  [[nodiscard]] const std::vector<Node<T>>& nodes() const { return nodes_; }
  [[nodiscard]] std::vector<Node<T>>& nodes() { return nodes_; }

 private:
  std::vector<Node<T>> nodes_;
  std::vector<int> last_use_;         // by node: the last one that it feeds
  std::vector<Variable<T>> outputs_;  // of the present run; a member so that a step allocates nothing
};

/// Calls with a functor made of one lambda for each kind.
template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace mog
