# The commit that a program is built from: found at every build, so that none is named which is not the one.

# Has generated/commit.hpp, which says it, up to date before a target is compiled.
function(mog_commit target)
  add_custom_target(${target}_commit
    COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D TO=${PROJECT_BINARY_DIR}/generated/commit.hpp
            -P ${PROJECT_SOURCE_DIR}/cmake/write_commit.cmake
    BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/commit.hpp COMMENT "" VERBATIM)
  add_dependencies(${target} ${target}_commit)
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR})
endfunction()
