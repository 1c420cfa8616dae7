// The program `mog`: reads the command line, runs one command, turns what went wrong into one line and an exit code.
#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>

#include "apps/commands.hpp"
#include "core/error.hpp"

namespace {

int fail(const std::exception& error, int code) {
  std::fprintf(stderr, "mog: %s\n", error.what());
  return code;
}

int run(int argc, char** argv) {
  using namespace mog::apps;
  CLI::App app{"Trains quantized tiny convolutional networks on CPUs.", "mog"};
  app.require_subcommand(1);
  app.set_config("--config", "", "Read options from a file, as config.ini in a run's folder");
  app.allow_config_extras(CLI::config_extras_mode::error);

  add_train(app);
  add_demo(app);
  add_eval(app);
  add_predict(app);
  add_summary(app);
  add_data(app);
  add_profile(app);
  add_gradcheck(app);
  add_version(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kSuccess : kUsage;
  }
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace mog::apps;
  try {
    return run(argc, argv);
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const std::invalid_argument& error) {
    return fail(error, kUsage);
  } catch (const mog::DataError& error) {
    return fail(error, kData);
  } catch (const mog::NumericError& error) {
    return fail(error, kNumeric);
  } catch (const mog::IoError& error) {
    return fail(error, kInputOutput);
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "mog: out of memory\n");
    return kInputOutput;
  } catch (const std::exception& error) {
    return fail(error, kFailure);
  }
}
