// Layers' names as identifiers of C, which ONNX asks for, too.
#pragma once

#include <string>

namespace mog {

/// A letter or '_', then letters, digits and '_', of ASCII.
bool is_identifier(const std::string& text);
/// "mrb1.a" becomes "mrb1_a". Throws std::invalid_argument, beginning with the exporter's name, when it can be none.
std::string identifier_of(const std::string& layer, const char* exporter);

}  // namespace mog
