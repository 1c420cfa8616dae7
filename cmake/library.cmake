# How a folder becomes a library: mog_library(<folder> [SEES <folder>...]) and the umbrella over all of them.

# Compiles <folder>/**/*.cpp into the static library mog_<folder> (mog::<folder> outside). SEES names the folders whose
# headers it may include. Headers come along as a file set, which also installs them. A folder without source is skipped.
function(mog_library folder)
  cmake_parse_arguments(arg "" "" "SEES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${folder}/*.hpp)
  if(NOT sources)
    return()
  endif()
  # Private to the kernels: they need a SIMD library that programs outside need not have.
  list(FILTER headers EXCLUDE REGEX "core/kernels/(.*/)?(generic[a-z0-9_]*|simd)\\.hpp$")

  add_library(mog_${folder} STATIC ${sources})
  add_library(mog::${folder} ALIAS mog_${folder})
  set_target_properties(mog_${folder} PROPERTIES EXPORT_NAME ${folder})
  target_compile_features(mog_${folder} PUBLIC cxx_std_20)
  target_sources(mog_${folder} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  target_link_libraries(mog_${folder} PRIVATE $<BUILD_INTERFACE:mog_flags>)
  foreach(seen IN LISTS arg_SEES)
    if(TARGET mog_${seen})
      target_link_libraries(mog_${folder} PUBLIC mog_${seen})
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY MOG_LIBRARIES mog_${folder})
endfunction()

# mog::mog, all libraries at once, and the header that includes what most programs need.
function(mog_umbrella)
  get_property(libraries GLOBAL PROPERTY MOG_LIBRARIES)
  add_library(mog_all INTERFACE)
  add_library(mog::mog ALIAS mog_all)
  set_target_properties(mog_all PROPERTIES EXPORT_NAME mog)
  file(GLOB headers CONFIGURE_DEPENDS mog.hpp)
  target_sources(mog_all INTERFACE FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  target_link_libraries(mog_all INTERFACE ${libraries})
  # <mog/mog.hpp> for programs outside; "core/tensor.hpp" within it is found by the file sets' own folder.
  target_include_directories(mog_all INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  set_property(GLOBAL APPEND PROPERTY MOG_LIBRARIES mog_all)
endfunction()
