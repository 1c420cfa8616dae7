// Options that several commands share: which images, the threads, whole numbers.
#include <charconv>

#include "apps/commands.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/parallel.hpp"

namespace mog::apps {

void DataChoice::add_options(CLI::App& command) {
  command.add_option("--dataset", dataset, "Images: builtin, cifar10, cifar100, cifar100-coarse or folder")
      ->capture_default_str()
      ->check(CLI::IsMember({"builtin", "cifar10", "cifar100", "cifar100-coarse", "folder"}));
  command.add_option("--data", folder,
                     "Folder of the images: official CIFAR binaries, or one sub-folder for each class, maybe in train/ "
                     "and test/ or val/");
  add_picture_size(command, size, "Of a folder: cut pictures to these proportions and scale them to this size");
  command.add_flag("--skip-broken", skip_broken, "Of a folder: leave out, and list, what is no sound picture");
}

void DataChoice::add_held_back(CLI::App& command) {
  command.add_flag("--held-back", held_back,
                   "Of a folder without test/ or val/: only the fifth of each class that training measures on");
}

void add_picture_size(CLI::App& command, std::optional<PictureSize>& size, const std::string& help) {
  command
      .add_option_function<std::string>(
          "--size", [&size](const std::string& text) { size = parse_picture_size(text); }, help)
      ->type_name("H[xW]")
      ->check(CLI::Validator(
          [](std::string& text) {
            return parse_picture_size(text)
                       ? std::string()
                       : concat(text, ", expected HEIGHT or HEIGHTxWIDTH, 1 to ", kMostPictureSide, " a side");
          },
          ""));
}

void add_threads(CLI::App& command) {
  command
      .add_option_function<int>(
          "--threads", [](int count) { set_threads(count); }, "Threads; the result does not depend on them")
      ->default_str(std::to_string(threads()))
      ->check(whole(1, kMostThreads));
}

CLI::Validator whole(Index low, Index high) {
  using Limits = std::numeric_limits<Index>;
  std::string expected = "a whole number";
  if (low > Limits::min()) expected += concat(high < Limits::max() ? " from " : " of at least ", low);
  if (high < Limits::max()) expected += concat(" to ", high);
  const auto check = [=](std::string& text) {
    Index value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high;
    return good ? std::string() : concat(text, ", expected ", expected);
  };
  return {check, ""};
}

}  // namespace mog::apps
