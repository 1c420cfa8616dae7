// An exported network, compiled by a C compiler of this machine and loaded into this program.
#pragma once

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "core/error.hpp"
#include "deploy/c_export.hpp"
#include "deploy/engine.hpp"
#include "tests/core/temporary_folder.hpp"

namespace mog::testing {

/// Every map of codes by its layer's name.
using Codes = std::map<std::string, std::vector<std::int32_t>>;

/// What the reference engine computes.
inline Codes engine_codes(const IntegerNetwork& network, std::span<const std::uint8_t> pixels,
                          std::vector<std::int64_t>& class_sums) {
  Codes codes;
  class_sums.resize(static_cast<std::size_t>(network.head.classes));
  run_reference(network, pixels, class_sums, [&](const IntegerMap& map) {
    if (map.codes) codes[std::string(map.name)].assign(map.values.begin(), map.values.end());
  });
  return codes;
}

/// C compilers that this machine has.
inline std::vector<std::string> c_compilers() {
  std::vector<std::string> found;
  for (const char* name : {"gcc", "clang"}) {
    if (std::system(concat("command -v ", name, " >/dev/null").c_str()) == 0) found.emplace_back(name);
  }
  return found;
}

class CompiledC {
 public:
  /// Exports the network and compiles it with warnings as errors.
  CompiledC(const IntegerNetwork& network, const std::string& compiler, const std::string& flags,
            const CExportOptions& options = {})
      : report_(export_c(network, folder_.path(), options)), prefix_(options.prefix) {
    const std::string library = (folder_ / "model.so").string();
    const std::string command = concat(compiler, " -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror ",
                                       flags, " -fPIC -shared -o ", library, ' ', (folder_ / "model.c").string(), ' ',
                                       (folder_ / "selftest.c").string());
    CAPTURE(command);
    REQUIRE(std::system(command.c_str()) == 0);
    library_ = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE_MESSAGE(library_ != nullptr, ::dlerror());
  }
  CompiledC(const CompiledC&) = delete;
  CompiledC& operator=(const CompiledC&) = delete;
  ~CompiledC() {
    if (library_ != nullptr) ::dlclose(library_);
  }

  [[nodiscard]] const CExportReport& report() const { return report_; }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

  /// mog_selftest().
  [[nodiscard]] int self_test() const { return function<int()>("selftest")(); }

  [[nodiscard]] std::string layer_name(std::size_t layer) const {
    return static_cast<const char* const*>(symbol("layer_names"))[layer];
  }

  /// mog_run_observed().
  Codes run(std::span<const std::uint8_t> pixels, std::vector<std::int64_t>& class_sums) const {
    using Observer = void (*)(void*, int, std::size_t, const std::uint8_t*, std::size_t);
    struct Context {
      const CompiledC* c;
      Codes codes;
    } context{this, {}};
    const Observer observer = [](void* seen, int layer, std::size_t pixel, const std::uint8_t* codes,
                                 std::size_t count) {
      auto& [c, all] = *static_cast<Context*>(seen);
      std::vector<std::int32_t>& map = all[c->layer_name(static_cast<std::size_t>(layer))];
      if (map.size() != pixel * count) FAIL("pixels out of order");
      map.insert(map.end(), codes, codes + count);
    };
    function<void(const std::uint8_t*, std::int64_t*, Observer, void*)>("run_observed")(
        pixels.data(), class_sums.data(), observer, &context);
    return std::move(context.codes);
  }

 private:
  [[nodiscard]] void* symbol(const char* name) const {
    void* const found = ::dlsym(library_, (prefix_ + name).c_str());
    REQUIRE_MESSAGE(found != nullptr, name);
    return found;
  }
  template <class Signature>
  [[nodiscard]] Signature* function(const char* name) const {
    return reinterpret_cast<Signature*>(symbol(name));
  }

  TemporaryFolder folder_;
  CExportReport report_;
  std::string prefix_;
  void* library_ = nullptr;
};

}  // namespace mog::testing
