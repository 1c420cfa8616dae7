// A launcher's environment, and MPI behind three calls where it was built in (MOG_MPI).
#include "apps/launch.hpp"

#include <array>
#include <cstdlib>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"

#ifdef MOG_MPI
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "core/failure_kind.hpp"
#include "train/interrupt.hpp"
#endif

namespace mog::apps {
namespace {

std::optional<int> number(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr) return {};
  const auto value = from_text<int>(text);
  return value;
}

#ifdef MOG_MPI
/// Every call begins with a word from each rank: whether it goes on, or has failed.
class MpiLink final : public RankLink {
 public:
  explicit MpiLink(const Launch& launch) {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks_);
    if (ranks_ == launch.ranks && rank_ == launch.rank) return;
    MPI_Finalize();
    throw std::invalid_argument(concat("train: the launcher says rank ", launch.rank, " of ", launch.ranks,
                                       ", MPI says rank ", rank_, " of ", ranks_,
                                       ": is it the launcher of another MPI? (srun: --mpi=pmix)"));
  }
  /// A launcher that was asked to stop no longer answers at the end of MPI: its ranks just end. SIGUSR2 was for them alone.
  ~MpiLink() override {
    if (const int signal = Interrupt::signal(); signal == 0 || signal == SIGUSR2) MPI_Finalize();
  }

  void gather(std::span<double> buffer) override {
    agree();
    const int each = whole(static_cast<Index>(buffer.size()) / ranks_);
    const SecondsOf sending(traffic_.sending);
    count_to_all(to_size(each) * sizeof(double));
    MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, buffer.data(), each, MPI_DOUBLE, MPI_COMM_WORLD);
  }

  void gather(std::span<float> buffer, std::span<const Index> counts) override {
    agree();
    const Rows rows(counts);
    const SecondsOf sending(traffic_.sending);
    count_to_all(to_size(counts[static_cast<std::size_t>(rank_)]) * sizeof(float));
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, buffer.data(), rows.counts.data(), rows.places.data(), MPI_FLOAT,
                   MPI_COMM_WORLD);
  }

  void exchange(std::span<const float> send, std::span<const Index> send_counts, std::span<float> receive,
                std::span<const Index> receive_counts) override {
    agree();
    const Rows from(send_counts), to(receive_counts);
    const SecondsOf sending(traffic_.sending);
    const auto others = static_cast<Index>(send.size()) - send_counts[static_cast<std::size_t>(rank_)];
    traffic_.bytes += others * static_cast<Index>(sizeof(float));
    MPI_Alltoallv(send.data(), from.counts.data(), from.places.data(), MPI_FLOAT, receive.data(), to.counts.data(),
                  to.places.data(), MPI_FLOAT, MPI_COMM_WORLD);
  }

  [[nodiscard]] Traffic traffic() const override { return traffic_; }

  void fail(const std::exception& error) noexcept override {
    if (failed_) return;
    failed_ = true;
    words(1);
    Message message{.kind = failure_kind(error), .text = {}};
    std::strncpy(message.text.data(), error.what(), message.text.size() - 1);
    share(message);
  }

 private:
  /// How MPI counts.
  struct Rows {
    explicit Rows(std::span<const Index> sizes) {
      Index place = 0;
      for (const Index size : sizes) {
        counts.push_back(whole(size));
        places.push_back(whole(place));
        place += size;
      }
    }
    std::vector<int> counts, places;
  };

  struct Message {
    int kind = 0;
    std::array<char, 1024> text{};
  };

  static int whole(Index size) {
    require(size <= std::numeric_limits<int>::max(), "mpi: ", size, " numbers at once");
    return static_cast<int>(size);
  }

  /// Whichever way MPI takes: its rings and trees send each rank's own bytes as often as there are others, in the mean.
  void count_to_all(std::size_t bytes) { traffic_.bytes += static_cast<Index>(bytes) * (ranks_ - 1); }

  /// The first rank that has failed, or -1. Where one comes late, the others wait for it here.
  int words(int mine) {
    const SecondsOf waiting(traffic_.waiting);
    count_to_all(sizeof mine);
    std::vector<int> all(static_cast<std::size_t>(ranks_));
    MPI_Allgather(&mine, 1, MPI_INT, all.data(), 1, MPI_INT, MPI_COMM_WORLD);
    const auto found = std::find(all.begin(), all.end(), 1);
    failing_ = found == all.end() ? -1 : static_cast<int>(found - all.begin());
    return failing_;
  }

  /// The first failing rank's message.
  void share(Message& message) const { MPI_Bcast(&message, sizeof message, MPI_BYTE, failing_, MPI_COMM_WORLD); }

  void agree() {
    if (words(0) < 0) return;
    failed_ = true;
    Message message;
    share(message);
    throw_failure(message.kind, message.text.data());
  }

  int rank_ = 0, ranks_ = 1, failing_ = -1;
  bool failed_ = false;
  Traffic traffic_;
};
#endif

}  // namespace

Launch launched() {
  for (const auto& [ranks, rank, here] :
       {std::array{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"},
        std::array{"PMI_SIZE", "PMI_RANK", "MPI_LOCALNRANKS"},
        std::array{"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_NTASKS_PER_NODE"}}) {
    const auto size = number(ranks), own = number(rank);
    if (!size || !own || *size <= 1) continue;
    return {.rank = *own, .ranks = *size, .ranks_here = number(here).value_or(1)};
  }
  return {};
}

std::string mpi_version() {
#ifdef MOG_MPI
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string all(text.data(), static_cast<std::size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));
#else
  return "none";
#endif
}

void require_mpi(const Launch& launch) {
#ifdef MOG_MPI
  constexpr bool kHasMpi = true;
#else
  constexpr bool kHasMpi = false;
#endif
  require(kHasMpi || launch.ranks == 1, "train: a launcher started ", launch.ranks,
          " processes, but this program was built without MPI: configure it with -DMOG_MPI=ON, or use --shards alone "
          "on one machine");
}

std::unique_ptr<RankLink> connect_ranks(const Launch& launch) {
  require_mpi(launch);
#ifdef MOG_MPI
  return std::make_unique<MpiLink>(launch);
#else
  return nullptr;
#endif
}

}  // namespace mog::apps
