# Which releases of xsimd are taken from the system.

# Releases of xsimd that every kernel was compiled against (tests/suites/xsimd.sh); beyond them is tried, and said.
set(MOG_OLDEST_XSIMD 8.1)
set(MOG_NEWEST_XSIMD 14.3)

# mog_xsimd_fits(<folder> <variable>): whether the release in <folder> is new enough; says which it is where it was not tried.
function(mog_xsimd_fits folder variable)
  set(${variable} FALSE PARENT_SCOPE)
  set(config ${folder}/xsimd/config/xsimd_config.hpp)
  if(NOT EXISTS ${config})
    return()
  endif()
  file(READ ${config} text)
  set(version "")
  foreach(part IN ITEMS MAJOR MINOR)
    if(NOT text MATCHES "define XSIMD_VERSION_${part} ([0-9]+)")
      return()
    endif()
    list(APPEND version ${CMAKE_MATCH_1})
  endforeach()
  list(JOIN version . version)
  if(version VERSION_LESS MOG_OLDEST_XSIMD)
    message(STATUS "xsimd: ${folder} has ${version}, older than ${MOG_OLDEST_XSIMD}: passed over")
    return()
  elseif(version VERSION_GREATER MOG_NEWEST_XSIMD)
    message(STATUS "xsimd: ${folder} has ${version}, newer than ${MOG_NEWEST_XSIMD}, the newest that was tried; "
                   "where it does not compile, -DMOG_xsimd_INCLUDE=<folder of another's headers>")
  endif()
  set(${variable} TRUE PARENT_SCOPE)
endfunction()
