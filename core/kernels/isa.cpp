// Which instruction sets the running machine has, found out once.
#include "core/kernels/isa.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

#include "core/error.hpp"

namespace mog::kernels {
namespace {

constexpr std::array kAll{Isa::avx512vnni, Isa::avx512, Isa::avx2, Isa::neon64, Isa::reference};  // best first

Isa choose() {
  const char* variable = std::getenv("MOG_ISA");
  const std::string_view wanted = variable == nullptr ? "" : variable;  // empty is as good as not set
  for (const Isa isa : kAll) {
    if (wanted.empty() ? available(isa) : wanted == name(isa)) {
      require(available(isa), "MOG_ISA=", name(isa), ": this machine does not have it");
      return isa;
    }
  }
  throw std::invalid_argument(
      concat("MOG_ISA=", wanted, ": unknown, expected reference, neon64, avx2, avx512 or avx512vnni"));
}

}  // namespace

const char* name(Isa isa) {
  switch (isa) {
    case Isa::neon64: return "neon64";
    case Isa::avx2: return "avx2";
    case Isa::avx512: return "avx512";
    case Isa::avx512vnni: return "avx512vnni";
    case Isa::reference: break;
  }
  return "reference";
}

bool available(Isa isa) {
  switch (isa) {
    case Isa::reference: return true;
#if defined(__x86_64__)
    case Isa::avx2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512cd");
    case Isa::avx512vnni: return available(Isa::avx512) && __builtin_cpu_supports("avx512vnni");
#elif defined(__aarch64__)
    case Isa::neon64: return true;
#endif
    default: return false;
  }
}

Isa chosen_isa() {
  static const Isa isa = choose();
  return isa;
}

}  // namespace mog::kernels
