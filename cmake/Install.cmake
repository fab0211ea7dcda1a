# `cmake --install build/release --prefix X` makes a folder that runs from anywhere: bin/sluice, and in lib/ every library
# that is not part of a base Debian system, found through an rpath relative to who needs it.
set_target_properties(sluice PROPERTIES INSTALL_RPATH "$ORIGIN/../lib" INSTALL_RPATH_USE_LINK_PATH OFF
                                        BUILD_WITH_INSTALL_RPATH OFF)
install(TARGETS sluice RUNTIME DESTINATION bin)
install(FILES LICENSE README.md DESTINATION share/doc/sluice)
# For programs: the public headers, libsluice.so and the package `find_package(sluice)` with its target sluice::sluice.
set_target_properties(sluice_shared PROPERTIES INSTALL_RPATH "$ORIGIN")
install(TARGETS sluice_shared EXPORT sluice LIBRARY DESTINATION lib)
install(DIRECTORY include/sluice DESTINATION include)
install(EXPORT sluice NAMESPACE sluice:: FILE sluiceConfig.cmake DESTINATION lib/cmake/sluice)
include(CMakePackageConfigHelpers)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake" DESTINATION lib/cmake/sluice)
configure_file(cmake/CopyLibraries.cmake.in "${PROJECT_BINARY_DIR}/CopyLibraries.cmake" @ONLY)
install(SCRIPT "${PROJECT_BINARY_DIR}/CopyLibraries.cmake")
