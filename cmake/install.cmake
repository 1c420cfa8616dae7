# The installed tree: libraries, headers below include/mog, and the package that find_package(mog) reads.
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY MOG_LIBRARIES)
install(TARGETS ${libraries} EXPORT mogTargets FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mog)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mog)
install(EXPORT mogTargets NAMESPACE mog:: DESTINATION ${package_dir})
configure_package_config_file(cmake/mogConfig.cmake.in ${PROJECT_BINARY_DIR}/mogConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mogConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/mogConfig.cmake ${PROJECT_BINARY_DIR}/mogConfigVersion.cmake
        DESTINATION ${package_dir})
