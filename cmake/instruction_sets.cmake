# Instruction sets of the kernels: core/kernels/<family>/<name>.cpp is compiled with that set's flags, or left out when
# the target processor has no such set. MOG_HAVE_<NAME> tells the dispatch tables in core which rows exist.

# mog_instruction_set(<target> <name> <processors, a regular expression> <flag>...)
function(mog_instruction_set target name processors)
  get_target_property(sources ${target} SOURCES)
  set(chosen ${sources})
  list(FILTER chosen INCLUDE REGEX "core/kernels/.*/${name}\\.cpp$")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(${processors})$")
    string(TOUPPER ${name} macro)
    target_compile_definitions(${target} PRIVATE MOG_HAVE_${macro})
    set_source_files_properties(${chosen} PROPERTIES COMPILE_OPTIONS "${ARGN}")
  else()
    set_source_files_properties(${chosen} PROPERTIES HEADER_FILE_ONLY ON)
  endif()
endfunction()

# Every instruction set that the kernels know: one line each.
function(mog_instruction_sets target)
  set(x86 "x86_64|AMD64|amd64")
  set(arm "aarch64|arm64")
  set(avx512 -mavx512f -mavx512cd -mavx512dq -mavx512bw -mavx512vl -mfma -mprefer-vector-width=512)
  # gcc 12's own header starts the result of an unmasked square root or rounding from an uninitialised register, and warns of it.
  list(APPEND avx512 $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-uninitialized>)
  mog_instruction_set(${target} avx2 ${x86} -mavx2 -mfma)
  mog_instruction_set(${target} avx512 ${x86} ${avx512})
  mog_instruction_set(${target} avx512vnni ${x86} ${avx512} -mavx512vnni)
  mog_instruction_set(${target} neon64 ${arm})
endfunction()
