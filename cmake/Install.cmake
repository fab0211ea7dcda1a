# `cmake --install build/release --prefix X` makes a folder that runs from anywhere: bin/sluice, and in lib/ every library
# that is not part of a base Debian system, found through an rpath relative to who needs it.
#
# The build folder's run path is set here, and replaced by CopyLibraries.cmake: one that CMake means to replace itself
# ends in an empty part, for which the loader looks into the working folder.
set_target_properties(sluice sluice_shared PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "${SLUICE_ARROW_DIR}")
install(TARGETS sluice RUNTIME DESTINATION bin)
install(FILES LICENSE README.md DESTINATION share/doc/sluice)
# For programs: the public headers, libsluice.so and the package `find_package(sluice)` with its target sluice::sluice.
install(TARGETS sluice_shared EXPORT sluice LIBRARY DESTINATION lib)
install(DIRECTORY include/sluice DESTINATION include)
install(EXPORT sluice NAMESPACE sluice:: FILE sluiceConfig.cmake DESTINATION lib/cmake/sluice)
include(CMakePackageConfigHelpers)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake" DESTINATION lib/cmake/sluice)
configure_file(cmake/CopyLibraries.cmake.in "${PROJECT_BINARY_DIR}/CopyLibraries.cmake" @ONLY)
install(SCRIPT "${PROJECT_BINARY_DIR}/CopyLibraries.cmake")
