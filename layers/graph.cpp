// Runs a list of nodes, and tells the observer of nodes that are operations, not layers that report themselves.
#include "layers/graph.hpp"

#include <algorithm>

#include "layers/concatenate.hpp"
#include "layers/padded_shortcut.hpp"
#include "layers/pooling.hpp"

namespace mog {
namespace {

template <class T>
bool takes_two(const NodeKind<T>& kind) {
  return std::holds_alternative<ResidualSum<T>>(kind) || std::holds_alternative<Concatenation>(kind);
}

/// Releases all outputs at the end of a run, however it ends: they live in the tape's arena.
template <class T>
class LetGo {
 public:
  explicit LetGo(std::vector<Variable<T>>& outputs) : outputs_(outputs) {}
  LetGo(const LetGo&) = delete;
  LetGo& operator=(const LetGo&) = delete;
  ~LetGo() { std::fill(outputs_.begin(), outputs_.end(), Variable<T>()); }

 private:
  std::vector<Variable<T>>& outputs_;
};

template <class T>
Variable<T> run(Node<T>& node, Pass<T>& pass, const Variable<T>& x, const Variable<T>& way) {
  return std::visit(Overloaded{
                        [&](ConvBlock<T>& block) { return block(pass, x); },
                        [&](BinaryBlock<T>& block) { return block(pass, x); },
                        [&](CflogBlock<T>& block) { return block(pass, x); },
                        [&](Mrb<T>& block) { return block(pass, x); },
                        [&](MaxPool&) {
                          Variable<T> y = max_pool(pass.tape, x);
                          if (pass.observer)
                            pass.report({.name = node.name, .kind = "max-pool", .holds = Holds::codes}, y);
                          return y;
                        },
                        [&](ResidualSum<T>& sum) { return sum(pass, x, way); },
                        [&](PaddedShortcut&) {
                          Variable<T> y = padded_shortcut(pass.tape, x);
                          if (pass.observer)
                            pass.report({.name = node.name, .kind = "stride 2, zero maps", .holds = Holds::codes}, y);
                          return y;
                        },
                        [&](Concatenation&) {
                          Variable<T> y = concatenate(pass.tape, x, way);
                          if (pass.observer)
                            pass.report({.name = node.name, .kind = "concatenation", .holds = Holds::codes}, y);
                          return y;
                        },
                        [&](GlobalAveragePool&) { return global_average_pool(pass.tape, x); },
                        [&](Linear<T>& layer) { return layer(pass, x); },
                    },
                    node.kind);
}

}  // namespace

template <class T>
int Graph<T>::add(const std::string& name, NodeKind<T> kind) {
  return add(name, std::move(kind), {static_cast<int>(nodes_.size()) - 1});
}

template <class T>
int Graph<T>::add(const std::string& name, NodeKind<T> kind, std::vector<int> inputs) {
  const int position = static_cast<int>(nodes_.size());
  require(std::none_of(nodes_.begin(), nodes_.end(), [&](const Node<T>& node) { return node.name == name; }),
          "graph: the name ", name, " is taken");
  const std::size_t wanted = takes_two(kind) ? 2 : 1;
  require(inputs.size() == wanted, "graph: ", name, " is fed by ", inputs.size(), " nodes, expected ", wanted);
  for (const int input : inputs) {
    require(input >= kImages && input < position, "graph: ", name, " is fed by node ", input, ", expected ", kImages,
            " to ", position - 1);
    if (input != kImages) last_use_[static_cast<std::size_t>(input)] = position;
  }
  nodes_.push_back({.name = name, .kind = std::move(kind), .inputs = std::move(inputs)});
  last_use_.push_back(position);
  outputs_.emplace_back();
  return position;
}

template <class T>
Variable<T> Graph<T>::operator()(Pass<T>& pass, const Variable<T>& images) {
  require(!nodes_.empty(), "graph: no nodes");
  const LetGo guard(outputs_);
  const auto output = [&](int i) -> const Variable<T>& {
    return i == kImages ? images : outputs_[static_cast<std::size_t>(i)];
  };
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const std::vector<int>& inputs = nodes_[i].inputs;
    outputs_[i] = run(nodes_[i], pass, output(inputs.front()), output(inputs.back()));
    for (const int input : inputs) {
      const auto used = static_cast<std::size_t>(input);
      if (input != kImages && last_use_[used] == static_cast<int>(i)) outputs_[used] = {};
    }
  }
  return outputs_.back();
}

template class Graph<float>;
template class Graph<double>;

}  // namespace mog
