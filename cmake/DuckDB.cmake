# DuckDB: the C header alone. The library is loaded at run time by the query room, so that other verbs do not pay for it.
if(NOT TARGET sluice_duckdb)
  find_path(SLUICE_DUCKDB_INCLUDE duckdb.h HINTS "${SLUICE_DEPS}/duckdb/include")
  if(NOT SLUICE_DUCKDB_INCLUDE)
    message(FATAL_ERROR "duckdb.h is not installed and not in ${SLUICE_DEPS}/duckdb/include: run ./dev setup")
  endif()
  add_library(sluice_duckdb INTERFACE)
  target_include_directories(sluice_duckdb SYSTEM INTERFACE "${SLUICE_DUCKDB_INCLUDE}")
  target_compile_definitions(sluice_duckdb INTERFACE DUCKDB_API_NO_DEPRECATED
                             SLUICE_DUCKDB_FOLDER="${SLUICE_DEPS}/duckdb")
  target_link_libraries(sluice_duckdb INTERFACE ${CMAKE_DL_LIBS})
endif()
