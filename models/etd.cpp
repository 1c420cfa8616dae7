// ETD's ResNets, and the shapes and ranks of their tensor trains.
#include "models/etd.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "layers/tensor_train_weights.hpp"

namespace mog {
namespace {

constexpr Index kMostRank = 64;
constexpr Index kMaps = 16;  // of the first stage

/// With these the sizes of Table II come out, for 10 classes and for more: 1.947, 3.792, 2.540 and 2.826 Mb.
std::array<Index, 3> table_ranks(int depth, Index classes) {
  if (depth == 20) return classes <= 10 ? std::array<Index, 3>{7, 11, 22} : std::array<Index, 3>{9, 18, 32};
  return classes <= 10 ? std::array<Index, 3>{7, 10, 18} : std::array<Index, 3>{6, 10, 19};
}

EtdOptions checked(EtdOptions o) {
  require(o.depth == 20 || o.depth == 32, "etd: depth ", o.depth, ", expected 20 or 32");
  require(o.bits >= 1 && o.bits <= 8, "etd: k = ", o.bits, " activation bits, expected 1 to 8");
  require(o.classes >= 2 && o.classes <= kMostClasses, "etd: ", o.classes, " classes, expected 2 to ", kMostClasses);
  for (std::size_t i = 0; i < o.ranks.size(); ++i) {
    Index& rank = o.ranks[i];
    require(rank >= 0 && rank <= kMostRank, "etd: rank r", i + 1, " = ", rank, ", expected 0 to ", kMostRank);
    require(rank == 0 || !o.code_ranks, "etd: rank r", i + 1, " = ", rank, " beside the public code's ranks");
    if (rank == 0) rank = table_ranks(o.depth, o.classes)[i];
  }
  require(o.depth == 32 || !o.code_ranks, "etd: the public code has ranks for depth 32, not for ", o.depth);
  return o;
}

/// The train of convolution `index` of a stage, counted from 0, with middle ranks r and s: sizes as in the public code,
/// whose outer ranks are those that the outer sizes can have at most.
TrainShape train_of(int stage, int index, Index r, Index s) {
  if (stage == 0) return train_shape({16, 9, 16}, {r, s});
  if (stage == 1)
    return index == 0 ? train_shape({8, 4, 9, 4, 4}, {8, r, s, 4}) : train_shape({8, 4, 9, 4, 8}, {8, r, s, 8});
  return index == 0 ? train_shape({8, 8, 9, 4, 8}, {8, r, s, 8}) : train_shape({8, 8, 9, 8, 8}, {8, r, s, 8});
}

/// The public code's ranks for ResNet-32, which leave a third of the weights.
TrainShape code_train(int stage, int index) {
  constexpr std::array<Index, 9> kLast{27, 27, 27, 27, 28, 28, 29, 24, 15};
  if (stage == 0) return train_of(stage, index, 16, 16);
  if (stage == 1) return index == 0 ? train_of(stage, index, 32, 16) : train_of(stage, index, 16, 16);
  if (index == 0) return train_of(stage, index, 40, 24);
  const Index rank = kLast[to_size(index) - 1];
  return train_of(stage, index, rank, rank);
}

}  // namespace

template <class T>
Etd<T>::Etd(Parameters<T>& p, const EtdOptions& options) {
  const auto [depth, ranks, code_ranks, k, classes] = checked(options);
  const auto train = [&, ranks = ranks, code_ranks = code_ranks](int stage, int index) {
    const Index rank = ranks[to_size(stage)];
    return code_ranks ? code_train(stage, index) : train_of(stage, index, rank, rank);
  };

  int x = this->add("conv", ConvBlock<T>(p, "conv", {.in = 3, .out = kMaps, .kernel = 3}, Following::activation(k)));
  Index in = kMaps;
  for (int stage = 0; stage < 3; ++stage) {
    const Index out = kMaps << stage;
    for (int block = 0; block < (depth - 2) / 6; ++block) {
      const std::string name = concat("stage", stage + 1, ".", block + 1);
      const int stride = in == out ? 1 : 2;
      const int a = this->add(name + ".a",
                              ConvBlock<T>(p, name + ".a", {.in = in, .out = out, .kernel = 3, .stride = stride},
                                           Following::activation(k), tensor_train_weights<T>(train(stage, 2 * block))),
                              {x});
      const int b = this->add(name + ".b",
                              ConvBlock<T>(p, name + ".b", {.in = out, .out = out, .kernel = 3}, Following::nothing(),
                                           tensor_train_weights<T>(train(stage, 2 * block + 1))),
                              {a});
      const int way = in == out ? x : this->add(name + ".way", PaddedShortcut{}, {x});
      x = this->add(name + ".sum", ResidualSum<T>(name + ".sum", k, /*way_is_activation=*/true), {b, way});
      in = out;
    }
  }
  this->add("average", GlobalAveragePool{});
  this->add("classes", Linear<T>(p, "classes", {.in = in, .out = classes}));
}

ModelKind etd_kind(int depth) {
  const auto rank = [](const char* name, const char* which) {
    return ModelOption{.name = name,
                       .help = concat("Middle rank of the ", which, " stage's tensor trains; 0: as in Table II"),
                       .fallback = "0",
                       .least = 0,
                       .most = kMostRank};
  };
  ModelKind kind{
      .name = concat("etd-resnet", depth),
      .about = concat("ETD's ResNet-", depth, ", its 3x3 kernels trained by ADMM, then tensor trains"),
      .options = {rank("r1", "first"),
                  rank("r2", "second"),
                  rank("r3", "third"),
                  {.name = "k", .help = "Bits of an activation", .fallback = "3", .least = 1, .most = 8}},
      .side_multiple = 4,
      .channel_numbers = 2,
      .make = [depth](Parameters<float>& parameters, const ModelWords& given, Index classes) -> Graph<float> {
        const auto number = [&](const char* name) { return *from_text<Index>(given.at(name)); };
        return Etd<float>(parameters, {.depth = depth,
                                       .ranks = {number("r1"), number("r2"), number("r3")},
                                       .code_ranks = given.contains("ranks") && given.at("ranks") == "code",
                                       .bits = static_cast<int>(number("k")),
                                       .classes = classes});
      }};
  if (depth == 32) {
    kind.options.push_back({.name = "ranks",
                            .help = "Ranks a stage (r1, r2, r3), or a layer, as the public code has them",
                            .fallback = "stage",
                            .words = {"stage", "code"}});
  }
  return kind;
}

template class Etd<float>;
template class Etd<double>;

}  // namespace mog
