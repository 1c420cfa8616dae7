// Writes the exported C: its four files, each put together from its parts.
#include "deploy/c_export/c_export.hpp"

#include <set>
#include <system_error>

#include "core/error.hpp"
#include "core/file.hpp"
#include "deploy/c_export/literals.hpp"
#include "deploy/c_export/names.hpp"
#include "deploy/c_export/plan.hpp"
#include "deploy/c_export/self_test.hpp"
#include "deploy/c_export/tables.hpp"
#include "deploy/c_export/text.hpp"
#include "deploy/identifier.hpp"

namespace mog {
namespace {

using namespace c_export;

std::string header(const IntegerNetwork& network, const Plan& plan, Index lanes) {
  std::string text =
      concat("/* MOGNET of ", network.bits, "-bit activations: ", network.height, " x ", network.width, " pixels in, ",
             network.head.classes, " class sums out. Integers only; written by mog export.\n",
             " * Memory: one static arena of ", plan.arena_bytes(lanes), " bytes. */\n");
  text += "#ifndef MOG_MODEL_H\n#define MOG_MODEL_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n";
  text += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  text += macro("MOG_HEIGHT", network.height) + macro("MOG_WIDTH", network.width) +
          macro("MOG_PIXEL_BYTES", network.height * network.width * 3) + macro("MOG_CLASSES", network.head.classes) +
          macro("MOG_FRACTION_BITS", network.head.fraction_bits) + macro("MOG_BITS", network.bits) +
          macro("MOG_TOP_CODE", network.top_code()) + macro("MOG_LAYERS", static_cast<Index>(plan.layers.size())) +
          macro("MOG_LANES", lanes) + macro("MOG_ARENA_BYTES", plan.arena_bytes(lanes));
  if (!network.class_names.empty()) text += "\nextern const char *const mog_class_names[MOG_CLASSES];\n";
  return text + kInterface;
}

}  // namespace

CExportReport export_c(const ProvenNetwork& network, const std::filesystem::path& folder,
                       const CExportOptions& options) {
  require(is_identifier(options.prefix), "export_c: prefix '", options.prefix, "', expected the beginning of a C name");
  require(options.lanes >= 1 && options.lanes <= 16, "export_c: ", options.lanes, " lanes, expected 1 to 16");
  const Plan plan = make_plan(network);
  const Tables tables = make_tables(network, plan);
  const Pictures pictures = options.pictures.empty() ? drawn_pictures(network) : options.pictures;

  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw IoError(concat(folder.string(), ": cannot be made: ", error.message()));
  const auto write = [&](const char* name, const std::string& text, const std::set<std::string>& names) {
    write_file(folder / name, with_prefix(text, options.prefix, names));
  };
  const std::string loops = concat(kConvolutions, kNetwork);
  const std::set<std::string> names = defined_names(loops + tables.text);
  const std::string test = self_test(network, plan, pictures);
  write("model.h", header(network, plan, options.lanes), {});
  write("model_weights.h", tables.text, names);
  write("model.c", loops, names);
  write("selftest.c", test, defined_names(test));
  return {.arena_bytes = plan.arena_bytes(options.lanes), .const_bytes = tables.bytes};
}

}  // namespace mog
