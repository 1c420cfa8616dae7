// Recipe files, read and written by one table of their keys.
#include "train/recipe_file.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace mog {
namespace {

/// What a key stands for in a recipe, or in one of its runs: set() returns what was expected where the text is wrong.
template <class Owner>
struct Key {
  const char* name;
  std::function<const char*(Owner&, std::string_view)> set;
  std::function<std::string(const Owner&)> get;
};

constexpr std::pair<Stage, const char*> kQuantized[] = {
    {Stage::full_precision, "nothing"}, {Stage::quantized_weights, "weights"}, {Stage::quantized, "all"}};

const char* set_number(double& number, std::string_view text) {
  const auto value = from_text<double>(text);
  if (!value) return "a number";
  number = *value;
  return nullptr;
}

const char* set_number(Index& number, std::string_view text) {
  const auto value = from_text<Index>(text);
  if (!value) return "a whole number";
  number = *value;
  return nullptr;
}

template <class Owner, class Number>
Key<Owner> number_key(const char* name, Number Owner::*member) {
  return {name, [member](Owner& owner, std::string_view text) { return set_number(owner.*member, text); },
          [member](const Owner& owner) { return to_text(owner.*member); }};
}

template <class Number>
Key<StagePlan> schedule_key(const char* name, Number Schedule::*member) {
  return {name, [member](StagePlan& plan, std::string_view text) { return set_number(plan.schedule.*member, text); },
          [member](const StagePlan& plan) { return to_text(plan.schedule.*member); }};
}

/// A key whose value is one of a few words: the names of an enumeration's values.
template <class Owner, class Enum>
Key<Owner> word_key(const char* key, const char* expected, std::vector<Enum> values,
                    std::function<Enum&(Owner&)> member) {
  return {key,
          [=](Owner& owner, std::string_view text) -> const char* {
            const auto found = std::find_if(values.begin(), values.end(), [&](Enum v) { return text == name(v); });
            if (found == values.end()) return expected;
            member(owner) = *found;
            return nullptr;
          },
          [=](const Owner& owner) { return std::string(name(member(const_cast<Owner&>(owner)))); }};
}

const std::vector<Key<Recipe>>& recipe_keys() {
  static const std::vector<Key<Recipe>> keys = {
      {"about",
       [](Recipe& recipe, std::string_view text) -> const char* {
         recipe.about = text;
         return nullptr;
       },
       [](const Recipe& recipe) { return recipe.about; }},
      number_key("batch", &Recipe::batch),
      {"pad", [](Recipe& recipe, std::string_view text) { return set_number(recipe.augment.pad, text); },
       [](const Recipe& recipe) { return to_text(recipe.augment.pad); }},
      word_key<Recipe, Flip>("flip", "none, random or alternating", {Flip::none, Flip::random, Flip::alternating},
                             [](Recipe& recipe) -> Flip& { return recipe.augment.flip; }),
      number_key("label_smoothing", &Recipe::label_smoothing),
      number_key("temperature", &Recipe::temperature),
      number_key("statistics_batches", &Recipe::statistics_batches),
      word_key<Recipe, WeightGradients>("weight_gradients", "floats or blocks",
                                        {WeightGradients::floats, WeightGradients::blocks},
                                        [](Recipe& recipe) -> WeightGradients& { return recipe.weight_gradients; }),
      word_key<Recipe, QreluSlope>("qrelu_slope", "wide or clipped", {QreluSlope::wide, QreluSlope::clipped},
                                   [](Recipe& recipe) -> QreluSlope& { return recipe.qrelu_slope; }),
  };
  return keys;
}

const std::vector<Key<StagePlan>>& stage_keys() {
  using Kind = Schedule::Kind;
  static const std::vector<Key<StagePlan>> keys = {
      number_key("epochs", &StagePlan::epochs),
      word_key<StagePlan, Kind>("schedule", "constant, exponential, step, drop, linear or cosine",
                                {Kind::constant, Kind::exponential, Kind::step, Kind::drop, Kind::linear, Kind::cosine},
                                [](StagePlan& plan) -> Kind& { return plan.schedule.kind; }),
      schedule_key("learning_rate", &Schedule::first),
      schedule_key("hold", &Schedule::hold),
      schedule_key("factor", &Schedule::rate),
      schedule_key("last", &Schedule::last),
      schedule_key("warm_up", &Schedule::warm_up),
      number_key("weight_decay", &StagePlan::weight_decay),
      number_key("frozen_epochs", &StagePlan::frozen_epochs),
      number_key("crop", &StagePlan::crop),
      number_key("crop_epochs", &StagePlan::crop_epochs),
      number_key("teacher", &StagePlan::teacher),
      {"quantize",
       [](StagePlan& plan, std::string_view text) -> const char* {
         for (const auto& [stage, word] : kQuantized) {
           if (text != word) continue;
           plan.stage = stage;
           return nullptr;
         }
         return "nothing, weights or all";
       },
       // A run that is called after what is quantized in it says it by its name.
       [](const StagePlan& plan) {
         for (const auto& [stage, word] : kQuantized) {
           if (plan.stage == stage && !plan.own_name.empty()) return std::string(word);
         }
         return std::string();
       }},
      word_key<StagePlan, OptimizerKind>("optimizer", "adam or sgd", {OptimizerKind::adam, OptimizerKind::sgd},
                                         [](StagePlan& plan) -> OptimizerKind& { return plan.optimizer; }),
      number_key("momentum", &StagePlan::momentum),
      number_key("rho", &StagePlan::rho),
      number_key("average", &StagePlan::average),
      number_key("range", &StagePlan::range),
  };
  return keys;
}

/// Reads line by line; every complaint names the line.
class Reader {
 public:
  explicit Reader(std::string where) : where_(std::move(where)) {}

  Recipe read(std::string_view text, const std::string& name) {
    recipe_.name = name;
    recipe_.stages.clear();
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte-order mark, as some editors write it
    for (const std::string_view line : split<std::string_view>(text, '\n')) {
      ++line_;
      read_line(trimmed(line.substr(0, line.find_first_of("#;"))));
    }
    for (StagePlan& plan : recipe_.stages) finish(plan);
    complete();
    try {
      check(recipe_);
    } catch (const std::invalid_argument& error) {
      throw DataError(concat(where_, ": ", error.what()));
    }
    return recipe_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(concat(where_, ": line ", line_, ": ", what));
  }

  void read_line(std::string_view line) {
    if (line.empty()) return;
    if (line.front() == '[') return enter(line);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) fail(concat("expected KEY = VALUE or [STAGE], not ", line));
    const std::string_view key = trimmed(line.substr(0, equals)), value = trimmed(line.substr(equals + 1));
    const std::string stage = recipe_.stages.empty() ? "" : recipe_.stages.back().name();
    if (!seen_.insert(concat(stage, '.', key)).second) fail(concat(key, ": a second time"));
    if (recipe_.stages.empty()) return set(recipe_keys(), recipe_, key, value);
    StagePlan& plan = recipe_.stages.back();
    if (key == "quantize" && plan.own_name.empty()) {
      fail(concat("quantize: the name ", stage, " says what is quantized, expected a run of another name"));
    }
    set(stage_keys(), plan, key, value);
  }

  /// A run begins: one of the paper's, or one of another name, which says what is quantized in it.
  void enter(std::string_view line) {
    if (!line.ends_with(']')) fail(concat("expected KEY = VALUE or [STAGE], not ", line));
    const std::string name(trimmed(line.substr(1, line.size() - 2)));
    if (!is_stage_name(name) || name == "last" || name == "best")
      fail(concat(line, ": expected letters, digits and - for the name of a run"));
    if (!seen_.insert(concat('[', name, ']')).second) fail(concat(line, ": a second time"));
    StagePlan plan{.stage = Stage::quantized, .own_name = name};
    for (const auto& quantized : kQuantized) {
      if (name == mog::name(quantized.first)) plan = {.stage = quantized.first};
    }
    recipe_.stages.push_back(plan);
  }

  /// A recipe of nothing but the paper's runs has all three, in the paper's order: --epochs A,B,C means each of them.
  void complete() {
    std::vector<StagePlan>& stages = recipe_.stages;
    const auto own = [](const StagePlan& plan) { return !plan.own_name.empty(); };
    if (std::any_of(stages.begin(), stages.end(), own)) return;
    for (const auto& quantized : kQuantized) {
      const auto is = [&](const StagePlan& plan) { return plan.stage == quantized.first; };
      if (std::none_of(stages.begin(), stages.end(), is)) stages.push_back({.stage = quantized.first});
    }
    std::sort(stages.begin(), stages.end(), [](const StagePlan& a, const StagePlan& b) { return a.stage < b.stage; });
  }

  template <class Owner>
  void set(const std::vector<Key<Owner>>& keys, Owner& owner, std::string_view key, std::string_view value) {
    std::string known;
    for (const Key<Owner>& each : keys) {
      known += (known.empty() ? "" : ", ") + std::string(each.name);
      if (key != each.name) continue;
      const char* expected = each.set(owner, value);
      if (expected != nullptr) fail(concat(key, " is ", value, ", expected ", expected));
      return;
    }
    fail(concat(key, ": unknown here, expected one of ", known));
  }

  /// A line or a cosine falls over the whole of its run unless the file says otherwise.
  void finish(StagePlan& plan) const {
    if (!plan.own_name.empty() && !seen_.contains(plan.own_name + ".quantize")) {
      throw DataError(concat(where_, ": [", plan.own_name,
                             "]: expected quantize = nothing, weights or all, or the name "
                             "full-precision, quantized-weights or quantized, which says it"));
    }
    const Schedule& s = plan.schedule;
    if (!seen_.contains(concat(plan.name(), ".hold")) &&
        (s.kind == Schedule::Kind::linear || s.kind == Schedule::Kind::cosine)) {
      plan.schedule.hold = plan.epochs;
    }
  }

  std::string where_;
  Recipe recipe_;
  Index line_ = 0;
  std::set<std::string> seen_;
};

/// The lines of those keys whose value is not the one that a missing line stands for.
template <class Owner>
std::string lines_of(const std::vector<Key<Owner>>& keys, const Owner& owner, const Owner& usual) {
  std::string text;
  for (const Key<Owner>& key : keys) {
    if (key.get(owner) != key.get(usual)) text += concat(key.name, " = ", key.get(owner), '\n');
  }
  return text;
}

}  // namespace

Recipe parse_recipe(std::string_view text, const std::string& name, const std::string& where) {
  return Reader(where).read(text, name);
}

bool is_recipe_file(std::string_view word) {
  return word.ends_with(".ini") || word.find('/') != std::string_view::npos;
}

Recipe read_recipe(const std::filesystem::path& path) {
  constexpr Index kLargest = 1 << 20;
  const std::vector<std::byte> bytes = read_bytes(path, kLargest);
  return parse_recipe({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.stem().string(), path.string());
}

std::string recipe_file_text(const Recipe& recipe) {
  std::string text = lines_of(recipe_keys(), recipe, Recipe());
  // The paper's runs are completed when they are read; others have to be there, for --epochs names them by position.
  const bool own = std::any_of(recipe.stages.begin(), recipe.stages.end(),
                               [](const StagePlan& plan) { return !plan.own_name.empty(); });
  for (const StagePlan& plan : recipe.stages) {
    if (plan.epochs == 0 && !own) continue;
    text += concat("\n[", plan.name(), "]\n", lines_of(stage_keys(), plan, StagePlan()));
  }
  return text;
}

}  // namespace mog
