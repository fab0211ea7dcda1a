# RE2, linked statically and kept to ourselves: Arrow's compute library carries and exports another version of it, and
# whichever of two shared ones comes first would serve both. The archive as a whole, because an archive behind Arrow's library
# on the command line would be asked for nothing any more. (It is not position-independent: no shared library can take it,
# and ours, which matches no patterns, has src/library/no_text_patterns.cc instead.)
find_library(SLUICE_RE2_ARCHIVE libre2.a REQUIRED)
add_library(sluice_re2 INTERFACE)
set(for_program "$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>")
target_link_libraries(sluice_re2 INTERFACE "$<${for_program}:$<LINK_LIBRARY:WHOLE_ARCHIVE,${SLUICE_RE2_ARCHIVE}>>"
                                           "$<$<NOT:${for_program}>:${SLUICE_RE2_ARCHIVE}>")
target_link_options(sluice_re2 INTERFACE "LINKER:--exclude-libs,libre2.a")
