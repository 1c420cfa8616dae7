// `mog data fetch` and `mog data verify`: get CIFAR, and say what is wrong or odd in a folder of images.
#include <cstdio>
#include <memory>

#include "apps/commands.hpp"
#include "core/error.hpp"
#include "core/printable.hpp"
#include "data/fetch.hpp"
#include "data/verify.hpp"

namespace mog::apps {

void add_data(CLI::App& app) {
  CLI::App* data = app.add_subcommand("data", "Fetch and verify images");
  data->require_subcommand(1);

  CLI::App* fetch = data->add_subcommand("fetch", "Download, verify and unpack an official archive");
  auto which = std::make_shared<std::string>();
  auto into = std::make_shared<std::filesystem::path>(".");
  auto options = std::make_shared<FetchOptions>();
  fetch->add_option("WHICH", *which, "cifar10 or cifar100")->required()->check(CLI::IsMember({"cifar10", "cifar100"}));
  fetch->add_option("DIR", *into, "Folder that it is unpacked in")->capture_default_str();
  fetch->add_option("--url", options->url, "Where the archive is, instead of the official place");
  fetch->add_option("--md5", options->md5, "MD5 that it must have, instead of the official one");
  fetch->callback([=] {
    const auto folder = fetch_cifar(*which == "cifar10" ? Cifar::ten : Cifar::hundred, *into, *options);
    std::printf("%s\n", printable(folder).c_str());
  });

  CLI::App* verify = data->add_subcommand("verify", "Say what a folder holds and everything that is wrong with it");
  auto folder = std::make_shared<std::filesystem::path>();
  verify->add_option("DIR", *folder, "CIFAR binaries, or one sub-folder of images for each class")->required();
  verify->callback([=] {
    if (!std::filesystem::exists(*folder)) throw IoError(concat(folder->string(), ": no such folder"));
    const Verification verification = verify_dataset(*folder);
    std::printf("%s\n", printable(verification.found).c_str());
    for (const std::string& line : verification.details) std::printf("  %s\n", printable(line).c_str());
    for (const std::string& problem : verification.problems) std::printf("%s\n", printable(problem).c_str());
    for (const std::string& note : verification.notes) std::printf("note: %s\n", printable(note).c_str());
    if (!verification.problems.empty()) throw Exit{kData};
  });
}

}  // namespace mog::apps
