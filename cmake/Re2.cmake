# RE2, linked statically and kept to ourselves: Arrow's compute library carries and exports another version of it, and
# whichever of two shared ones comes first would serve both.
find_library(SLUICE_RE2_ARCHIVE libre2.a REQUIRED)
add_library(sluice_re2 INTERFACE)
target_link_libraries(sluice_re2 INTERFACE "${SLUICE_RE2_ARCHIVE}")
target_link_options(sluice_re2 INTERFACE "LINKER:--exclude-libs,libre2.a")
