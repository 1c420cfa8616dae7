// Profile: the one that is recording, and its list of operations, which is searched from the front.
#include "core/profile.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace mog {
namespace {

Profile* active = nullptr;

}  // namespace

Profile::Profile() {
  require(active == nullptr, "profile: another one is recording, expected one at a time");
  active = this;
}

Profile::~Profile() { active = nullptr; }

void Profile::add(const char* name, const std::array<Index, 4>& sizes, double seconds, const Work& work) {
  auto entry = std::find_if(entries_.begin(), entries_.end(),
                            [&](const Entry& e) { return e.sizes == sizes && e.name == name; });
  if (entry == entries_.end()) entry = entries_.insert(entry, {.name = name, .sizes = sizes, .work = {}});
  ++entry->calls;
  entry->seconds += seconds;
  entry->work.flops += work.flops;
  entry->work.bytes += work.bytes;
}

Timed::Timed(const char* name, std::initializer_list<Index> sizes, const Work& work)
    : profile_(active), name_(name), work_(work) {
  if (profile_ == nullptr) return;
  std::copy_n(sizes.begin(), std::min(sizes.size(), sizes_.size()), sizes_.begin());
  start_ = std::chrono::steady_clock::now();
}

Timed::~Timed() {
  if (profile_ == nullptr) return;
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start_;
  profile_->add(name_, sizes_, time.count(), work_);
}

}  // namespace mog
