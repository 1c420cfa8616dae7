// The commands of the program `mog`: each adds its options to the command line and says what runs when it is chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>

#include "data/dataset.hpp"
#include "data/picture_size.hpp"

namespace mog::apps {

/// How the program ends; docs/commands.md lists them for people.
enum ExitCode {
  kSuccess = 0,
  kFailure = 1,      // a check failed, or a mistake of ours
  kUsage = 2,        // the command line, a configuration, an option out of range
  kData = 3,         // a file's content
  kNumeric = 4,      // NaN or infinity
  kInputOutput = 5,  // the system refused: files, disk, network
  kStopped = 130     // Ctrl-C: saved, and can go on
};

void add_train(CLI::App& app);
void add_recipes(CLI::App& app);
void add_demo(CLI::App& app);
void add_reproduce(CLI::App& app);
void add_eval(CLI::App& app);
void add_predict(CLI::App& app);
void add_networks(CLI::App& app);
void add_card(CLI::App& app);
void add_summary(CLI::App& app);
void add_export(CLI::App& app);
void add_info(CLI::App& app);
void add_verify(CLI::App& app);
void add_trace(CLI::App& app);
void add_data(CLI::App& app);
void add_gradcheck(CLI::App& app);
void add_profile(CLI::App& app);
void add_bench(CLI::App& app);
void add_version(CLI::App& app);

/// Thrown by a command to end with a code after it has said all there is to say.
struct Exit {
  int code;
};

/// Which images: the options --dataset, --data and --skip-broken, shared by several commands.
struct DataChoice {
  std::string dataset = "builtin";
  std::filesystem::path folder;
  bool skip_broken = false;              // leave out what is no sound picture
  std::optional<PictureSize> size = {};  // that a folder's pictures are cut and scaled to
  bool held_back = false;                // measure on the share alone that training keeps of a folder without test/
  bool quiet = false;                    // say nothing of what was recognised: another process does

  void add_options(CLI::App& command);
  /// --held-back, of commands that measure and do not train.
  void add_held_back(CLI::App& command);
  /// A folder's pictures come in the usual size where --size says no other. Throws as the loaders do;
  /// std::invalid_argument when a folder is missing, or given for the built-in images. Of a
  /// folder of pictures it says on standard error which layout was recognised, how many there are, and what was left
  /// out.
  [[nodiscard]] DatasetPair load(const PictureSize& usual = {}) const;
  /// Test images only: of a folder without any of its own all that it holds, and that is said.
  [[nodiscard]] Dataset load_measured(const PictureSize& usual = {}) const;
};

/// Adds --size H[xW].
void add_picture_size(CLI::App& command, std::optional<PictureSize>& size, const std::string& help);
/// Adds --threads N, which takes effect at once.
void add_threads(CLI::App& command);

/// Accepts whole numbers from `low` to `high`.
CLI::Validator whole(Index low = std::numeric_limits<Index>::min(), Index high = std::numeric_limits<Index>::max());

}  // namespace mog::apps
