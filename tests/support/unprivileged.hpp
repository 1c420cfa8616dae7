// While it lives, the program has no right that a file's owner did not give: root reads everything otherwise.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace mog::test {

class Unprivileged {
 public:
  Unprivileged() {
    if (was_root_ && seteuid(kNobody) != 0) throw std::runtime_error("cannot become another user");
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;
  ~Unprivileged() {
    if (was_root_ && seteuid(0) != 0) std::abort();
  }

 private:
  static constexpr uid_t kNobody = 65534;
  bool was_root_ = geteuid() == 0;
};

}  // namespace mog::test
