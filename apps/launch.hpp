// Whether a launcher (mpirun, srun) started this process beside others, and how it reaches them.
#pragma once

#include <memory>
#include <string>

#include "core/rank_link.hpp"

namespace mog::apps {

struct Launch {
  int rank = 0, ranks = 1;
  int ranks_here = 1;  // on this machine, as far as the launcher says
};

/// By the environment of Open MPI, PMI (MPICH, Intel MPI) and Slurm. Nothing is started.
Launch launched();

/// Of the MPI that this program was built with, "Open MPI v4.1.4"; "none".
std::string mpi_version();

/// Throws std::invalid_argument when there are several ranks, and this program was built without MPI.
void require_mpi(const Launch& launch);

/// Connects to the other ranks over MPI; the link's end is MPI's. Throws as require_mpi does, and std::invalid_argument
/// when MPI does not know of as many ranks as the launcher.
std::unique_ptr<RankLink> connect_ranks(const Launch& launch);

}  // namespace mog::apps
