# Toolchain: AArch64 from Debian's cross compiler, tests and programs run by QEMU's user mode. Used by the preset "aarch64".
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
# QEMU notes each page of address space that was ever reserved, so it has 8 GB of that (-R) for arenas to take from.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -R 0x200000000 -L /usr/aarch64-linux-gnu)

# The header-only dependencies are the same for every processor, but lie in /usr/include beside this machine's own C library,
# which must not be seen: links to them alone.
set(headers ${CMAKE_BINARY_DIR}/headers)
foreach(name xsimd stb eigen3 CLI nlohmann doctest)
  if(EXISTS /usr/include/${name} AND NOT EXISTS ${headers}/${name})
    file(MAKE_DIRECTORY ${headers})
    file(CREATE_LINK /usr/include/${name} ${headers}/${name} SYMBOLIC)
  endif()
endforeach()
set(CMAKE_FIND_ROOT_PATH /usr/aarch64-linux-gnu ${headers})
set(CMAKE_INCLUDE_PATH ${headers})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE BOTH)
