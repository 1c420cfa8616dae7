// What `mog verify` says of a comparison in integers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "apps/verify_words.hpp"
#include "deploy/comparison.hpp"

namespace mog::apps {

/// What was compared, beside what the words say.
struct Compared {
  bool trained;  // the file is a checkpoint; else its integers were run
  Index classes;
  std::string level;  // of ONNX Runtime's optimization, or empty
};

void print_table(const VerifyWords& words, const Compared& compared, const Comparison& comparison);
nlohmann::ordered_json json_of(const VerifyWords& words, const Compared& compared, const Comparison& comparison);
/// Whether nothing differs; says on standard error what does.
bool agrees(const VerifyWords& words, const Compared& compared, const Comparison& comparison);

}  // namespace mog::apps
