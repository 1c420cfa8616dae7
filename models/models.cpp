// The list of models, and what their options have in common.
#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "models/etd.hpp"
#include "models/hybrid.hpp"
#include "models/hybrid_mobilenet.hpp"
#include "models/mognet.hpp"
#include "models/resnet.hpp"
#include "models/slbf.hpp"

namespace mog {

const std::vector<ModelKind>& models() {
  static const std::vector<ModelKind> all{
      mognet_kind(),
      resnet20_kind(),
      // tensor trains
      etd_kind(20),
      etd_kind(32),
      // stacked filters
      slbf_resnet18_kind(),
      slbf_vgg16_kind(),
      // binary beside full precision
      hybrid_resnet20_kind(),
      hybrid_vgg19_kind(),
      // ternary beside full precision
      hybrid_mobilenet_kind(),
  };
  return all;
}

const ModelKind& find_model(const std::string& name) {
  std::string names;
  for (const ModelKind& kind : models()) {
    if (kind.name == name) return kind;
    names += (names.empty() ? "" : ", ") + kind.name;
  }
  throw std::invalid_argument(concat("no model ", name, ", expected one of ", names));
}

std::string ModelOption::range() const {
  if (words.empty()) return concat(least, " to ", most);
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return text;
}

std::string ModelOption::objection(const std::string& value) const {
  const auto number = from_text<Index>(value);
  const bool fits = words.empty() ? number && *number >= least && *number <= most
                                  : std::find(words.begin(), words.end(), value) != words.end();
  return fits ? "" : concat(value, ", expected ", range());
}

const ModelKind& ModelChoice::kind() const { return find_model(model); }
Graph<float> ModelChoice::make(Parameters<float>& parameters) const { return kind().make(parameters, words, classes); }

Index ModelKind::counted_bits(const LayerReport& layer, bool as_floats) const {
  const WeightStorage& weights = layer.weights;
  const bool normalises = weights.stored == 0;  // otherwise its constants are biases
  const Index constants = channel_numbers == 0 ? 0
                          : normalises         ? channel_numbers * layer.constants / 2
                                               : layer.constants;
  const int bits = as_floats || weights.bits == 32 ? full_bits : weights.bits;
  return weights.stored * bits + constants * full_bits + (indices_count && !as_floats ? weights.index_bits : 0);
}

ModelWords ModelKind::complete(const ModelWords& given) const {
  ModelWords all;
  for (const ModelOption& option : options) {
    const auto found = given.find(option.name);
    all[option.name] = found == given.end() ? option.fallback : found->second;
    const std::string objection = option.objection(all[option.name]);
    require(objection.empty(), name, ": ", option.name, " = ", objection);
  }
  for (const auto& [key, value] : given) {
    require(all.contains(key), name, ": has no option ", key, " (", value, ")");
  }
  return all;
}

}  // namespace mog
