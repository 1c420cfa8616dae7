# Compiler settings that every target of this project shares; they do not reach programs that use the installed library.
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo" FORCE)
endif()

# The baseline is the processor family's own: no -march here. Faster instruction sets are chosen at start-up.
# -ffp-contract=off: a fused multiply-add stands only where the source writes one, so that results do not depend on the compiler.
add_library(mog_flags INTERFACE)
target_compile_features(mog_flags INTERFACE cxx_std_20)
target_compile_options(mog_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow $<$<BOOL:${MOG_WERROR}>:-Werror>
  -ffp-contract=off -fno-math-errno)

find_package(OpenMP REQUIRED COMPONENTS CXX)

find_program(MOG_CCACHE ccache)
if(PROJECT_IS_TOP_LEVEL AND MOG_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MOG_CCACHE})
endif()
