// A training in shards: in as many processes of this machine, and ranks of others, as it has.
#pragma once

#include "apps/training_run.hpp"

namespace mog::apps {

/// Runs the trainer as one shard of each, here or of several ranks; threads are shared out among those that are here.
/// `classes` are the data's. `listener` hears the trainer in shard 0, and in the end what a step cost between shards.
/// Throws what the trainer throws in any of them.
TrainOutcome run_in_shards(Trainer& trainer, const TrainingRun& run, const Parameters<float>& parameters, Index classes,
                           TrainListener& listener);

}  // namespace mog::apps
