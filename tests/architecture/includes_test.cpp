// The house rules that a reader of the include lines can check: arrows between folders point one way, headers are
// guarded once, and every file begins by saying what it is for.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

/// The folders that a folder's files may include, itself aside. apps, examples, bench and tests may
/// include all of them.
const std::map<std::string, Names> kMayInclude = {
    {"core", {}},
    {"layers", {"core"}},
    {"optim", {"layers", "core"}},
    {"data", {"layers", "core"}},
    {"models", {"layers", "core"}},
    {"deploy", {"models", "layers", "core"}},
    {"train", {"models", "data", "optim", "layers", "core"}},
    {"reproduce", {"train", "models", "data", "optim", "layers", "core"}},
};

/// What sees no tensors, no tape and nothing of training: the part of core that the integer runtime
/// links, and the runtime.
bool is_base(const std::string& path) {
  static const Names kHeaders{"types",      "limits",  "error",   "descriptor", "temporary_file", "file",
                              "printable",  "crc32",   "process", "parallel",   "team",           "float_environment",
                              "processors", "profile", "random",  "automaton"};
  const fs::path file = path;
  return path.starts_with("core/kernels/") || (file.parent_path() == "core" && kHeaders.contains(file.stem().string()));
}
bool is_runtime(const std::string& path) {
  return path.starts_with("deploy/runtime/") || path == "deploy/runtime.hpp" || path == "deploy/model_file.hpp";
}

std::string first_folder(const std::string& path) { return path.substr(0, path.find('/')); }

/// The path between the quotes of an #include line, or nothing.
std::string quoted_include(const std::string& line) {
  if (line.rfind("#include \"", 0) != 0) return {};
  const auto begin = line.find('"') + 1;
  return line.substr(begin, line.find('"', begin) - begin);
}

/// What is wrong with the text of one file, named by its path from the repository's root: one message a fault.
std::vector<std::string> faults(const std::string& path, const std::string& text) {
  std::vector<std::string> found;
  const auto fault = [&](const std::string& what) { found.push_back(path + ": " + what); };
  const auto rule = kMayInclude.find(first_folder(path));

  if (text.rfind("// ", 0) != 0) fault("the first line is no comment that says what the file is for");
  if (path.ends_with(".hpp") && text.find("\n#pragma once\n") == std::string::npos) fault("no #pragma once");

  std::istringstream lines(text);
  bool exported = false;  // within a raw string of C, which includes what is exported beside it
  for (std::string line; std::getline(lines, line);) {
    exported = line.starts_with(")c\"") ? false : exported || line.find("R\"c(") != std::string::npos;
    const std::string included = quoted_include(line);
    if (included.empty() || exported) continue;
    const std::string folder = first_folder(included);
    if (rule != kMayInclude.end() && folder != rule->first && !rule->second.contains(folder)) {
      fault("may not include " + included);
    }
    if (is_base(path) && !is_base(included)) fault("sees pointers and sizes, not " + included);
    if (is_runtime(path) && !is_base(included) && !is_runtime(included)) {
      fault("is the integer runtime's, which sees nothing of " + included);
    }
  }
  return found;
}

/// Every .hpp and .cpp of the repository, by its path from the root; build trees and hidden folders aside.
std::vector<std::string> source_files() {
  std::vector<std::string> files;
  const fs::path root = MOG_SOURCE_DIR;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator(); ++it) {
    const std::string name = it->path().filename().string();
    if (it->is_directory() && (name.starts_with(".") || name == "build" || name == "runs"))
      it.disable_recursion_pending();
    if (name.ends_with(".hpp") || name.ends_with(".cpp")) files.push_back(fs::relative(it->path(), root).string());
  }
  return files;
}

std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(fs::path(MOG_SOURCE_DIR) / path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("every file keeps to the arrows between folders and begins with its purpose") {
  const auto files = source_files();
  CHECK(files.size() > 10);
  for (const auto& file : files) {
    for (const auto& fault : faults(file, read(file))) FAIL_CHECK(fault);
  }
}

TEST_CASE("a wrong arrow, a missing guard and a missing purpose are found") {
  CHECK(faults("core/a.cpp", "// A.\n#include \"layers/b.hpp\"\n") ==
        std::vector<std::string>{"core/a.cpp: may not include layers/b.hpp"});
  CHECK(faults("models/a.cpp", "// A.\n#include \"data/b.hpp\"\n").size() == 1);
  CHECK(faults("train/a.cpp", "// A.\n#include \"deploy/b.hpp\"\n").size() == 1);
  CHECK(faults("core/kernels/a/a.cpp", "// A.\n#include \"core/tensor.hpp\"\n").size() == 1);
  CHECK(faults("core/file.cpp", "// A.\n#include \"core/tape.hpp\"\n").size() == 1);
  CHECK(faults("deploy/runtime/engine.cpp", "// A.\n#include \"models/b.hpp\"\n").size() == 1);
  CHECK(faults("deploy/runtime/engine.cpp", "// A.\n#include \"deploy/lowering.hpp\"\n").size() == 1);
  CHECK(faults("deploy/runtime/engine.cpp", "// A.\n#include \"core/file.hpp\"\n#include \"deploy/runtime/a.hpp\"\n")
            .empty());
  CHECK(faults("deploy/runtime/a.cpp", "// A.\nconst char* a = R\"c(/* */\n#include \"model.h\"\n)c\";\n").empty());
  CHECK(faults("deploy/runtime/a.cpp", "// A.\na = R\"c(\n)c\";\n#include \"models/b.hpp\"\n").size() == 1);
  CHECK(faults("deploy/lowering.cpp", "// A.\n#include \"models/b.hpp\"\n").empty());
  CHECK(faults("core/a.hpp", "// A.\n#include <vector>\n").size() == 1);
  CHECK(faults("core/a.cpp", "#include <vector>\n").size() == 1);
  CHECK(faults("train/a.hpp", "// A.\n#pragma once\n\n#include \"models/b.hpp\"\n").empty());
  CHECK(faults("apps/a.cpp", "// A.\n#include \"train/b.hpp\"\n#include \"deploy/c.hpp\"\n").empty());
}
