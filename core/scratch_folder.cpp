// mkdtemp, and its opposite.
#include "core/scratch_folder.hpp"

#include <cstdlib>
#include <system_error>

#include "core/error.hpp"

namespace mog {

ScratchFolder::ScratchFolder(const std::string& prefix) {
  std::string name = std::filesystem::absolute(std::filesystem::temp_directory_path() / (prefix + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) throw IoError(concat(name, ": cannot be made"));
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace mog
