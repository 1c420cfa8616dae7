// Fuzz target: any bytes as the configuration of `mog train`; loading images and training are left out.
#include <stdexcept>

#include "apps/commands.hpp"
#include "apps/config_file.hpp"
#include "apps/training_run.hpp"
#include "core/error.hpp"
#include "tests/fuzz/scratch_file.hpp"

namespace mog::apps {

DatasetPair DataChoice::load() const { return {}; }
void train_and_report(const TrainingRun& /*run*/, DatasetPair /*data*/) {}

}  // namespace mog::apps

namespace {

/// Made once: that takes longer than all else. Words of one input stay until another sets them.
CLI::App& application() {
  static CLI::App app;
  if (app.get_subcommands({}).empty()) {
    app.require_subcommand(1);
    app.set_config("--config");
    app.config_formatter(std::make_shared<mog::apps::ConfigFile>());
    app.allow_config_extras(CLI::config_extras_mode::error);
    mog::apps::add_train(app);
  }
  return app;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const mog::fuzz::ScratchFolder folder;
  static const mog::fuzz::ScratchFile file(folder.path() / "config.ini");
  file.put({data, size});
  try {
    // The last word first, as CLI11 wants it.
    application().parse({file.path().string(), "--config", "run", "--out", "train"});
  } catch (const CLI::ParseError&) {
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
