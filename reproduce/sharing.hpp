// Sharing: which run's stages another run can begin with instead of training them again.
#pragma once

#include "reproduce/plan.hpp"

namespace mog {

/// Gives each run, whose recipe still has all its stages, the longest beginning that an earlier run trains alike: the
/// same pictures, network (k aside), seed and recipe up to there. A run shares all of its stages but the last. Other
/// networks than MOGNETs share nothing.
void share_stages(std::vector<PlannedRun>& runs);

}  // namespace mog
