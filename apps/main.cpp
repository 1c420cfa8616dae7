// The program `mog`: reads the command line, runs one command, turns what went wrong into one line and an exit code.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

#include "apps/commands.hpp"
#include "apps/config_file.hpp"
#include "apps/failure.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/printable.hpp"

namespace {

/// A configuration is a training run's: no other command's options are written into it or read from it.
void keep_out_of_configurations(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) option->configurable(false);
  for (CLI::App* below : command.get_subcommands({})) keep_out_of_configurations(*below);
}

/// Throws unless a word that should be a command is one.
void check_command(const CLI::App& app, const std::string& word) {
  std::string names;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == word) return;
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  throw std::invalid_argument(mog::concat("no command ", word, ", expected one of ", names));
}

/// One line, as for every other error, whatever bytes a configuration holds.
std::string usage_message(const CLI::App* app, const CLI::Error& error) {
  constexpr std::size_t kLongest = 200;
  std::string text = error.what();
  if (dynamic_cast<const CLI::ConfigError*>(&error) != nullptr) {
    text = mog::concat(app->get_config_ptr()->as<std::string>(), ": ", text);
  }
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  std::replace(text.begin(), text.end(), '\n', ' ');
  return mog::concat("mog: ", mog::printable(text), " (--help says more)\n");
}

/// A message, or of one that quotes a line as long as its file the beginning, which says which file and where.
std::string beginning(std::string_view message) {
  constexpr std::size_t kLongest = 10'000;  // two paths of any length
  if (message.size() <= kLongest) return std::string(message);
  return mog::concat(message.substr(0, kLongest), "... (", message.size(), " bytes)");
}

/// A word that is empty comes from a shell variable that is not set: --out "$OUT".
void check_words(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    mog::require(argv[i][0] != '\0', "word ", i, " of the command line is empty");
  }
}

/// OpenMP takes any number from the environment, and ends where a hundred thousand threads cannot be made.
void check_threads() {
  const char* text = std::getenv("OMP_NUM_THREADS");
  if (text == nullptr || *text == '\0') return;
  char* end = nullptr;
  const long count = std::strtol(text, &end, 10);
  const bool number = end != text && (*end == '\0' || *end == ',');  // a list is one number a level of nesting
  mog::require(number && count >= 1 && count <= mog::kMostThreads, "OMP_NUM_THREADS: ", text,
               ", expected a whole number from 1 to ", mog::kMostThreads);
}

/// A pipe without a reader and a file that may not grow fail the call that writes, which reports it, instead of ending
/// the program by a signal. A closed standard stream would give its number to the next file that is opened, and
/// messages would be written into it.
void prepare_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) == -1 && errno == EBADF) static_cast<void>(::open("/dev/null", O_RDWR));
  }
}

/// Throws unless all results have been written: to a full disk, for example.
void flush_results() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw mog::IoError(mog::concat("standard output: cannot write: ", std::strerror(errno)));
  }
}

int run(int argc, char** argv) {
  using namespace mog::apps;
  check_words(argc, argv);
  check_threads();
  CLI::App app{"Trains quantized tiny convolutional networks on CPUs.", "mog"};
  app.require_subcommand(1);
  app.failure_message(usage_message);
  app.set_version_flag("--version", "mog " MOG_VERSION);
  app.set_config("--config", "", "Read options from a file, as config.ini in a run folder");
  app.config_formatter(std::make_shared<ConfigFile>());
  app.allow_config_extras(CLI::config_extras_mode::error);

  add_train(app);
  add_recipes(app);
  add_demo(app);
  add_reproduce(app);
  add_eval(app);
  add_predict(app);
  add_networks(app);
  add_card(app);
  add_summary(app);
  add_export(app);
  add_info(app);
  add_verify(app);
  add_trace(app);
  add_data(app);
  add_profile(app);
  add_bench(app);
  add_gradcheck(app);
  add_version(app);
  for (CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() != "train") keep_out_of_configurations(*command);
  }
  if (argc > 1 && argv[1][0] != '-') check_command(app, argv[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (app.exit(error) != 0) return kUsage;
  }
  flush_results();
  return kSuccess;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace mog::apps;
  prepare_streams();
  ::setenv("MOG_COMMAND", argv[0], 0);  // what a message tells people to type; ./mog says its own name
  try {
    return run(argc, argv);
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "mog: out of memory\n");
    return kInputOutput;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mog: %s\n", mog::printable(beginning(error.what())).c_str());
    return exit_code(error);
  }
}
