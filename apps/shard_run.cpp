// Compares what the shards are, then lets them train.
#include "apps/shard_run.hpp"

#include <algorithm>
#include <cstdio>

#include "apps/program.hpp"
#include "core/crc32.hpp"
#include "core/forked_shards.hpp"
#include "core/kernels/isa.hpp"
#include "core/parallel.hpp"
#include "train/step_traffic.hpp"

namespace mog::apps {
namespace {

/// Throws the same on all shards where one is another program, on another instruction set, or trains otherwise.
void compare_shards(Communicator& shards, const Trainer& trainer) {
  struct Same {
    const char* what;
    std::string text;
  };
  const std::string isa = kernels::name(kernels::chosen_isa());
  const Same all[] = {{"program", concat(program_version(), ' ', program_commit())},
                      {"instruction set", isa},
                      {"way of training, data or model", trainer.training_line()}};
  std::vector<double> own;
  for (const Same& one : all) own.push_back(crc32(std::as_bytes(std::span(one.text))));
  std::vector<double> gathered(own.size() * static_cast<std::size_t>(shards.shards()));
  shards.gather(own, gathered);
  for (std::size_t i = 0; i < gathered.size(); ++i) {
    const std::size_t what = i % own.size();
    if (gathered[i] == gathered[what]) continue;
    throw std::invalid_argument(concat("train: shard ", i / own.size(), " has another ", all[what].what,
                                       " than shard 0, which has ", all[what].text));
  }
}

}  // namespace

TrainOutcome run_in_shards(Trainer& trainer, const TrainingRun& run, const Parameters<float>& parameters, Index classes,
                           TrainListener& listener) {
  const int shards = run.options.shards, ranks = run.launch.ranks;
  if (shards == 1 && ranks == 1) return trainer.run();
  Index numbers = 0;
  for (const Parameter<float>& one : parameters.trained()) numbers += one.value.elements();
  numbers = std::max(numbers, classes * classes + 1);  // gradients, or evaluation's counts
  const int here = shards / ranks, threads = std::max(1, run.threads / here);
  if (run.launch.rank == 0) {
    std::fprintf(stderr, "%d ranks of %d shards with %d threads each; %.4g images a shard and step\n", ranks, here,
                 threads, static_cast<double>(run.options.recipe.batch) / shards);
  }
  ForkedShards processes(ShardLayout{.here = here, .rank = run.launch.rank, .ranks = ranks}, numbers);
  StepTraffic traffic([&processes] { return processes.traffic(); }, listener);
  trainer.set_listener(traffic);
  ForkedShards::Connect connect;
  if (ranks > 1) connect = [&] { return connect_ranks(run.launch); };
  TrainOutcome outcome;
  processes.run(
      [&](Communicator& communicator) {
        set_threads(threads);
        compare_shards(communicator, trainer);
        trainer.set_shards(communicator);
        traffic.begin();
        outcome = trainer.run();
        return 0;
      },
      connect);
  if (const std::string text = traffic.text(); !text.empty()) listener.on_message(text);
  return outcome;
}

}  // namespace mog::apps
