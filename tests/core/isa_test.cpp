// Instruction sets: what this machine has, and which row of a table is picked.
#include "core/kernels/isa.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>

using mog::kernels::available;
using mog::kernels::chosen_isa;
using mog::kernels::Isa;

namespace {

struct Row {
  Isa isa;
};

}  // namespace

TEST_CASE("the reference runs everywhere, and what is chosen is available") {
  CHECK(available(Isa::reference));
  CHECK(available(chosen_isa()));
}

TEST_CASE("MOG_ISA, where it says anything, decides") {
  const char* wanted = std::getenv("MOG_ISA");
  if (wanted != nullptr && *wanted != '\0') CHECK(std::string(wanted) == mog::kernels::name(chosen_isa()));
}

#if defined(__aarch64__)
TEST_CASE("every AArch64 has NEON, and it is picked") {
  CHECK(available(Isa::neon64));
  if (std::getenv("MOG_ISA") == nullptr) CHECK(chosen_isa() == Isa::neon64);
}
#endif

TEST_CASE("a machine with AVX-512 has AVX2 too, and none has both x86 and Arm sets") {
  if (available(Isa::avx512)) CHECK(available(Isa::avx2));
  CHECK_FALSE((available(Isa::avx2) && available(Isa::neon64)));
}

#if defined(__x86_64__)
TEST_CASE(
    "what the system's list of the processor's features names is available: nothing that the machine has goes "
    "untested") {
  std::ifstream list("/proc/cpuinfo");
  std::string line, features;
  while (features.empty() && std::getline(list, line)) {
    if (line.starts_with("flags")) features = line + " ";
  }
  if (features.empty()) return;  // no such list
  const auto has = [&](const std::string& name) { return features.find(" " + name + " ") != std::string::npos; };
  CHECK(available(Isa::avx2) == (has("avx2") && has("fma")));
  CHECK(available(Isa::avx512) ==
        (has("avx512f") && has("avx512cd") && has("avx512dq") && has("avx512bw") && has("avx512vl")));
  CHECK(available(Isa::avx512vnni) == (available(Isa::avx512) && has("avx512_vnni")));
}
#endif

TEST_CASE("names are those that MOG_ISA takes") {
  CHECK(mog::kernels::name(Isa::reference) == std::string("reference"));
  CHECK(mog::kernels::name(Isa::neon64) == std::string("neon64"));
  CHECK(mog::kernels::name(Isa::avx2) == std::string("avx2"));
  CHECK(mog::kernels::name(Isa::avx512) == std::string("avx512"));
  CHECK(mog::kernels::name(Isa::avx512vnni) == std::string("avx512vnni"));
}

TEST_CASE("the first row that the machine has and that is not above the chosen one is picked") {
  const std::array<Row, 5> full{{{Isa::avx512vnni}, {Isa::avx512}, {Isa::avx2}, {Isa::neon64}, {Isa::reference}}};
  CHECK(mog::kernels::select<Row>(full).isa == chosen_isa());
  const std::array<Row, 1> only_reference{{{Isa::reference}}};
  CHECK(mog::kernels::select<Row>(only_reference).isa == Isa::reference);
  const std::array<Row, 3> twice{{{chosen_isa()}, {chosen_isa()}, {Isa::reference}}};
  CHECK(&mog::kernels::select<Row>(twice) == twice.data());
}
