# Where each dependency comes from: the system's package if there is one, else the pinned commit of its own repository.
# They are all headers but Google Benchmark; their warnings are not ours (SYSTEM).
include(FetchContent)
include(${CMAKE_CURRENT_LIST_DIR}/xsimd.cmake)

# mog_headers(<name> <header that proves a new enough version> <folder in the repository> <repository> <commit>)
# defines mog_fetch_<name>, called by mog_fetch(<name>), which makes the target third_party::<name>.
function(mog_headers name header folder repository commit)
  find_path(MOG_${name}_INCLUDE ${header} PATH_SUFFIXES ${name})
  set(include_dir ${MOG_${name}_INCLUDE})
  if(include_dir AND name STREQUAL "xsimd")
    mog_xsimd_fits(${include_dir} fits)
    if(NOT fits)
      set(include_dir)
    endif()
  endif()
  if(NOT include_dir)
    message(STATUS "${name}: no package found, fetching ${repository}")
    FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${commit} SOURCE_SUBDIR none)
    FetchContent_MakeAvailable(${name})
    set(include_dir ${${name}_SOURCE_DIR}/${folder})
  endif()
  add_library(third_party::${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(third_party::${name} SYSTEM INTERFACE ${include_dir})
endfunction()

# mog_fetch(<name>): makes third_party::<name>, once.
function(mog_fetch name)
  if(TARGET third_party::${name})
    return()
  elseif(name STREQUAL "xsimd")  # 8.1.0
    mog_headers(xsimd xsimd/types/xsimd_batch.hpp include
                https://github.com/xtensor-stack/xsimd.git 1577b02d549cca52aa5e943c16f2600950480289)
  elseif(name STREQUAL "nlohmann_json")  # 3.11.2
    mog_headers(nlohmann_json nlohmann/json.hpp single_include
                https://github.com/nlohmann/json.git bc889afb4c5bf1c0d8ee29ef35eaaf4c8bef8a5d)
  elseif(name STREQUAL "stb")  # stb_image 2.30
    mog_headers(stb stb_image.h . https://github.com/nothings/stb.git 013ac3beddff3dbffafd5177e7972067cd2b5083)
  elseif(name STREQUAL "eigen3")  # 3.4.0
    mog_headers(eigen3 Eigen/src/SVD/BDCSVD.h .
                https://gitlab.com/libeigen/eigen.git 3147391d946bb4b6c68edd901f2add6ac1f31f8c)
  elseif(name STREQUAL "cli11")  # 2.1.2
    mog_headers(cli11 CLI/CLI.hpp include
                https://github.com/CLIUtils/CLI11.git 70f8072f9dd2292fd0b9f9e5f58e279f60483ed3)
  elseif(name STREQUAL "doctest")  # 2.4.9
    mog_headers(doctest doctest/doctest.h .
                https://github.com/doctest/doctest.git b7c21ec5ceeadb4951b00396fc1e4642dd347e5f)
  elseif(name STREQUAL "benchmark")  # 1.7.1
    find_package(benchmark QUIET)
    if(NOT benchmark_FOUND)
      set(BENCHMARK_ENABLE_TESTING OFF)
      set(BENCHMARK_ENABLE_INSTALL OFF)
      FetchContent_Declare(benchmark SYSTEM GIT_REPOSITORY https://github.com/google/benchmark.git
                           GIT_TAG d572f4777349d43653b21d6c2fc63020ab326db2)
      FetchContent_MakeAvailable(benchmark)
    endif()
    add_library(third_party::benchmark INTERFACE IMPORTED GLOBAL)
    target_link_libraries(third_party::benchmark INTERFACE benchmark::benchmark)
  else()
    message(FATAL_ERROR "mog_fetch: no dependency named ${name}")
  endif()
endfunction()

mog_fetch(xsimd)
mog_fetch(nlohmann_json)
mog_fetch(stb)
mog_fetch(eigen3)
