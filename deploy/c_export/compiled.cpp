// Compiles exported C into a shared library and calls it.
#include "deploy/c_export/compiled.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/printable.hpp"
#include "core/process.hpp"

namespace mog::c_export {
namespace {

namespace fs = std::filesystem;

/// No shell sees the command or the folder's name: neither may be more than it says.
void compile(const fs::path& folder, const std::string& command) {
  std::vector<std::string> words;
  std::istringstream text(command);
  for (std::string word; text >> word;) words.push_back(word);
  require(!words.empty(), "the exported C: no compiler named");
  const std::string compiler = words.front();
  words.erase(words.begin());
  for (const char* flag : {"-std=c99", "-fPIC", "-shared", "-Wl,-Bsymbolic", "-o"}) words.emplace_back(flag);
  for (const char* name : {"model.so", "model.c", "selftest.c"}) words.push_back((folder / name).string());
  const fs::path messages = folder / "messages";
  if (run_program(compiler, words, "gcc", messages.string()) == 0) return;
  constexpr Index kMost = 1 << 16;
  std::string line;
  for (const std::byte byte : read_beginning(messages, kMost)) {
    if (byte != std::byte{'\n'}) line += static_cast<char>(byte);
    if (byte == std::byte{'\n'}) std::fprintf(stderr, "%s\n", printable(std::exchange(line, {})).c_str());
  }
  throw std::runtime_error(concat("the exported C: '", command, "' failed"));
}

}  // namespace

/// One run's maps, as they come.
struct Compiled::Maps {
  std::vector<std::vector<std::int32_t>> codes;
};

Compiled::Compiled(const ProvenNetwork& network, const std::string& command, const CExportOptions& options)
    : prefix_(options.prefix), report_(export_c(network, folder_.path(), options)), library_(nullptr, &::dlclose) {
  compile(folder_.path(), command);
  library_.reset(::dlopen((folder_.path() / "model.so").c_str(), RTLD_NOW | RTLD_LOCAL));
  if (library_ == nullptr) throw std::runtime_error(concat("the exported C: ", ::dlerror()));
  std::vector<std::int64_t> class_sums(static_cast<std::size_t>(network->head.classes));
  const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(network->height * network->width * 3));
  run_reference(network, pixels, class_sums, [this](const IntegerMap& map) {
    if (!map.codes()) return;
    layers_.emplace_back(map.name);
    sizes_.push_back({map.height, map.width, map.channels});
  });
  const auto* const names = static_cast<const char* const*>(symbol("layer_names"));
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (layers_[i] != names[i]) throw std::runtime_error(concat("the exported C: layer ", i, " is ", names[i]));
  }
}

void* Compiled::symbol(const std::string& name) const {
  void* const found = ::dlsym(library_.get(), (prefix_ + name).c_str());
  if (found == nullptr) throw std::runtime_error(concat("the exported C: no ", prefix_, name));
  return found;
}

void Compiled::take(void* maps, int layer, std::size_t /*pixel*/, const std::uint8_t* codes, std::size_t channels) {
  std::vector<std::int32_t>& map = static_cast<Maps*>(maps)->codes[static_cast<std::size_t>(layer)];
  map.insert(map.end(), codes, codes + channels);
}

void Compiled::run(std::span<const std::uint8_t> pixels, std::span<std::int64_t> class_sums,
                   const MapObserver& observer) {
  const std::lock_guard lock(mutex_);
  if (!observer) {
    reinterpret_cast<void (*)(const std::uint8_t*, std::int64_t*)>(symbol("run"))(pixels.data(), class_sums.data());
    return;
  }
  Maps maps{.codes = std::vector<std::vector<std::int32_t>>(layers_.size())};
  using Run = void (*)(const std::uint8_t*, std::int64_t*, Observer, void*);
  reinterpret_cast<Run>(symbol("run_observed"))(pixels.data(), class_sums.data(), &Compiled::take, &maps);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const auto [height, width, channels] = sizes_[i];
    observer({.name = layers_[i],
              .height = height,
              .width = width,
              .channels = channels,
              .values = maps.codes[i],
              .kind = IntegerMap::Kind::codes});
  }
}

int Compiled::self_test() {
  const std::lock_guard lock(mutex_);
  return reinterpret_cast<int (*)()>(symbol("selftest"))();
}

}  // namespace mog::c_export
