// Finds it from the program's own file, as the system knows it: the installed tree may be moved.
#include "apps/shared_folder.hpp"

namespace mog::apps {

std::filesystem::path shared_folder(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const fs::path beside = program.parent_path();
  for (const fs::path& folder : {beside / name, (beside / MOG_SHARE / name).lexically_normal()}) {
    if (fs::is_directory(folder, error)) return folder;
  }
  return {};
}

}  // namespace mog::apps
