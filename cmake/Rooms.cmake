# One folder under src/ = one library target = one namespace. The LINKS lists are the architecture; tools/check_layers.py
# compares them with the #include lines.

# sluice_room(name SOURCES a.cc b.cc HEADERS a.h b.h LINKS lower_room ... LIBRARIES third_party ... TESTS a_test.cc ...)
function(sluice_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;HEADERS;LINKS;LIBRARIES;TESTS" ${ARGN})
  add_library(sluice_${name} STATIC ${ROOM_SOURCES} ${ROOM_HEADERS})
  add_library(sluice::${name} ALIAS sluice_${name})
  target_include_directories(sluice_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  list(TRANSFORM ROOM_LINKS PREPEND sluice_)
  target_link_libraries(sluice_${name} PUBLIC sluice_options ${ROOM_LINKS} ${ROOM_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY SLUICE_ROOMS ${name})
  if(ROOM_TESTS AND SLUICE_BUILD_TESTS)
    sluice_test(${name}_test SOURCES ${ROOM_TESTS} LINKS sluice_${name})
  endif()
endfunction()

# sluice_test(name SOURCES a_test.cc ... LINKS targets ...): one GoogleTest binary, one ctest entry.
function(sluice_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE ${TEST_LINKS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${name} PRIVATE SLUICE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()
