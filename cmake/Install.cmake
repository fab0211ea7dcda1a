# `cmake --install build/release --prefix X` makes a folder that runs from anywhere: bin/sluice, and in lib/ every library
# that is not part of a base Debian system, found through an rpath relative to the binary.
set_target_properties(sluice PROPERTIES INSTALL_RPATH "$ORIGIN/../lib" INSTALL_RPATH_USE_LINK_PATH OFF
                                        BUILD_WITH_INSTALL_RPATH OFF)
install(TARGETS sluice RUNTIME DESTINATION bin)
install(FILES LICENSE README.md DESTINATION share/doc/sluice)
configure_file(cmake/CopyLibraries.cmake.in "${PROJECT_BINARY_DIR}/CopyLibraries.cmake" @ONLY)
install(SCRIPT "${PROJECT_BINARY_DIR}/CopyLibraries.cmake")
