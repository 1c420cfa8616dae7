// Fuzz target: any bytes as the configuration of `mog train`. Loading images and training are left out, and with them
// all that would write to a path from the input: what it can do with such a path is to read a recipe there.
#include <exception>

#include "apps/commands.hpp"
#include "apps/config_file.hpp"
#include "apps/failure.hpp"
#include "apps/training_run.hpp"
#include "tests/fuzz/scratch_file.hpp"

namespace mog::apps {

DatasetPair DataChoice::load(const PictureSize& /*usual*/) const { return {}; }
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
  static mog::fuzz::ScratchFile file(folder.path() / "config.ini");
  file.put({data, size});
  try {
    // The last word first, as CLI11 wants it.
    application().parse({file.path().string(), "--config", (folder.path() / "run").string(), "--out", "train"});
  } catch (const CLI::ParseError&) {
  } catch (const std::exception& error) {
    if (mog::apps::exit_code(error) == mog::apps::kFailure) throw;  // the program says one line of all others
  }
  return 0;
}
