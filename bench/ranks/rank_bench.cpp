// The network between the ranks of a run, through the program's own link: latency of a call, bytes a second of an exchange.
//   mpirun -np N mog_rank_bench [FLOATS [ROUNDS]]    FLOATS: of gradients, as many as MOGNET n = 128 has by default
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "apps/launch.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"

namespace {

using namespace mog;

/// The traffic of so many calls, after one that opens connections.
template <class Call>
Traffic of_calls(const RankLink& link, int rounds, Call call) {
  call();
  const Traffic before = link.traffic();
  for (int round = 0; round < rounds; ++round) call();
  return link.traffic() - before;
}

void measure(RankLink& link, const apps::Launch& launch, Index floats, int rounds) {
  const auto ranks = static_cast<std::size_t>(launch.ranks);
  std::vector<double> one(ranks);
  const int short_rounds = 100 * rounds;
  const Traffic words = of_calls(link, short_rounds, [&] { link.gather(one); });

  std::vector<float> send(to_size(floats)), sums(to_size(floats));
  std::vector<Index> counts;
  for (int r = 0; r < launch.ranks; ++r) {
    const Range chunk = piece_of(floats, launch.ranks, r, 16);
    counts.push_back(chunk.end - chunk.begin);
  }
  const Index own = counts[static_cast<std::size_t>(launch.rank)];
  std::vector<float> receive(to_size(own) * ranks);
  const std::vector<Index> receive_counts(ranks, own);
  const Traffic gradients = of_calls(link, rounds, [&] {
    link.exchange(send, counts, receive, receive_counts);
    link.gather(sums, counts);
  });
  if (launch.rank != 0) return;
  std::printf(
      "{\"ranks\": %d, \"latency_us\": %.2f, \"floats\": %lld, \"milliseconds\": %.3f, \"megabytes_a_second\": %.1f}\n",
      launch.ranks, words.waiting / short_rounds * 1e6, static_cast<long long>(floats),
      gradients.sending / rounds * 1e3, static_cast<double>(gradients.bytes) / gradients.sending * 1e-6);
}

}  // namespace

int main(int count, char** words) {
  try {
    const apps::Launch launch = apps::launched();
    require(launch.ranks > 1, "rank_bench: one rank: start it with mpirun");
    const long long floats = count > 1 ? std::atoll(words[1]) : 1'129'364;
    const int rounds = count > 2 ? std::atoi(words[2]) : 20;
    require(floats >= launch.ranks && rounds >= 1, "rank_bench: ", floats, " floats, ", rounds, " rounds");
    const auto link = apps::connect_ranks(launch);
    measure(*link, launch, floats, rounds);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
