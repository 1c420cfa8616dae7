// `mog version`: what this program is, how it was built, what it runs on.
#include <cstdio>

#include "apps/commands.hpp"
#include "apps/launch.hpp"
#include "apps/program.hpp"
#include "core/kernels/isa.hpp"
#include "core/parallel.hpp"
#include "core/printable.hpp"

namespace mog::apps {

void add_version(CLI::App& app) {
  CLI::App* command = app.add_subcommand("version", "Print version, compiler, instruction set and threads");
  command->callback([] {
    const char* isa = kernels::name(kernels::chosen_isa());  // before anything is printed: MOG_ISA may be wrong
    std::printf("mog %s\n", printable(program_version()).c_str());
    std::printf("commit           %s\n", printable(program_commit()).c_str());
#if defined(__clang__)
    std::printf("compiler         clang %s\n", __clang_version__);
#else
    std::printf("compiler         gcc %s\n", __VERSION__);
#endif
    std::printf("instruction set  %s\n", isa);
    std::printf("threads          %d\n", threads());
    std::printf("MPI              %s\n", printable(mpi_version()).c_str());
  });
}

}  // namespace mog::apps
