// Pictures into a file, a child process, outputs out of files.
#include "apps/onnx_child.hpp"

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "apps/onnx_scripts.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "core/printable.hpp"
#include "core/process.hpp"
#include "core/text.hpp"

namespace mog::apps {
namespace {

namespace fs = std::filesystem;

constexpr Index kMostBytes = Index{1} << 30;  // of an ONNX file, and of a file that a child writes
constexpr int kNoPackage = 3;

/// A way to run the file: a program and its script.
struct Way {
  const char *program, *package, *script;
};

std::vector<Way> ways(const std::string& engine) {
  if (engine == "opencv") return {{"python3", "python3-opencv", kPythonOpenCv}};
  return {{"python3", "python3", kPythonOnnxRuntime}, {"node", "nodejs", kNodeOnnxRuntime}};
}

/// [N, 3, H, W], from channels last.
std::string planes(const Dataset& images, Index first, Index count) {
  const Index pixels = images.height * images.width;
  std::string all;
  all.reserve(to_size(count * 3 * pixels));
  for (Index i = first; i < first + count; ++i) {
    for (Index c = 0; c < 3; ++c) {
      for (Index p = 0; p < pixels; ++p) all += static_cast<char>(images.image(i)[p * 3 + c]);
    }
  }
  return all;
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

bool OnnxOutputs::have(const std::string& output) const { return fs::exists(folder() / output); }

template <class Number>
std::vector<Number> OnnxOutputs::numbers(const std::string& output, Index count) const {
  const std::vector<std::byte> bytes = read_bytes(folder() / output, kMostBytes);
  std::vector<Number> all(to_size(count));
  if (bytes.size() != all.size() * sizeof(Number)) {
    throw DataError(
        concat("onnx: output ", output, " has ", bytes.size(), " bytes, expected ", all.size() * sizeof(Number)));
  }
  std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}
template std::vector<std::int64_t> OnnxOutputs::numbers(const std::string&, Index) const;
template std::vector<double> OnnxOutputs::numbers(const std::string&, Index) const;

OnnxChild::OnnxChild(fs::path file, std::string engine, std::string level)
    : file_(std::move(file)),
      engine_(std::move(engine)),
      level_(std::move(level)),
      bytes_(text_of(read_bytes(file_, kMostBytes))) {}

OnnxOutputs OnnxChild::run(const Dataset& images, Index first, Index count) const {
  OnnxOutputs outputs;
  write_file(outputs.folder() / "pictures", planes(images, first, count));
  start(outputs.folder(), images, count);
  return outputs;
}

/// Tries each way until one's package is there.
void OnnxChild::start(const fs::path& folder, const Dataset& images, Index count) const {
  std::string tried;
  for (const Way& way : ways(engine_)) {
    const fs::path script = folder / "script", messages = folder / "messages";
    write_file(script, way.script);
    fs::remove(messages);
    const std::vector<std::string> words = {
        script.string(), fs::absolute(file_).string(), (folder / "pictures").string(), folder.string(),
        to_text(count),  to_text(images.height),       to_text(images.width),          to_text(threads()),
        level_};
    int code = kNoPackage;
    try {
      code = run_program(way.program, words, way.package, messages.string());
    } catch (const IoError&) {  // not even the program is there
    }
    if (code == 0) return;
    tried += concat(tried.empty() ? "" : ", ", way.program);
    if (code == kNoPackage) continue;
    throw std::runtime_error(concat("verify: ", engine_, " in ", way.program, " failed on ", file_.string(), ": ",
                                    printable(text_of(read_beginning(messages, 1 << 12)))));
  }
  throw IoError(concat("verify: no ", engine_, " found (tried ", tried,
                       engine_ == "opencv" ? "); on Debian: apt-get install python3-opencv"
                                           : "): Python's package onnxruntime, or npm's onnxruntime-node"));
}

}  // namespace mog::apps
