#pragma once

#include <duckdb.h>

#include "core/result.h"
#include "core/shared_library.h"

namespace sluice::query {

/// The functions of DuckDB's C API that this room calls, by their names without the prefix `duckdb_`. Their contracts
/// are those of duckdb.h.
struct Functions {
  decltype(&duckdb_library_version) library_version;
  decltype(&duckdb_free) free;

  decltype(&duckdb_create_config) create_config;
  decltype(&duckdb_set_config) set_config;
  decltype(&duckdb_destroy_config) destroy_config;
  decltype(&duckdb_open_ext) open_ext;
  decltype(&duckdb_close) close;
  decltype(&duckdb_connect) connect;
  decltype(&duckdb_disconnect) disconnect;
  decltype(&duckdb_interrupt) interrupt;

  decltype(&duckdb_extract_statements) extract_statements;
  decltype(&duckdb_extract_statements_error) extract_statements_error;
  decltype(&duckdb_prepare_extracted_statement) prepare_extracted_statement;
  decltype(&duckdb_destroy_extracted) destroy_extracted;
  decltype(&duckdb_prepare_error) prepare_error;
  decltype(&duckdb_prepared_statement_type) prepared_statement_type;
  decltype(&duckdb_nparams) nparams;
  decltype(&duckdb_bind_null) bind_null;
  decltype(&duckdb_bind_boolean) bind_boolean;
  decltype(&duckdb_bind_int64) bind_int64;
  decltype(&duckdb_bind_double) bind_double;
  decltype(&duckdb_bind_varchar_length) bind_varchar_length;
  decltype(&duckdb_execute_prepared) execute_prepared;
  decltype(&duckdb_destroy_prepare) destroy_prepare;

  decltype(&duckdb_create_table_function) create_table_function;
  decltype(&duckdb_destroy_table_function) destroy_table_function;
  decltype(&duckdb_table_function_set_name) table_function_set_name;
  decltype(&duckdb_table_function_set_extra_info) table_function_set_extra_info;
  decltype(&duckdb_table_function_set_bind) table_function_set_bind;
  decltype(&duckdb_table_function_set_init) table_function_set_init;
  decltype(&duckdb_table_function_set_local_init) table_function_set_local_init;
  decltype(&duckdb_table_function_set_function) table_function_set_function;
  decltype(&duckdb_table_function_supports_projection_pushdown) table_function_supports_projection_pushdown;
  decltype(&duckdb_register_table_function) register_table_function;
  decltype(&duckdb_bind_get_extra_info) bind_get_extra_info;
  decltype(&duckdb_bind_add_result_column) bind_add_result_column;
  decltype(&duckdb_bind_set_cardinality) bind_set_cardinality;
  decltype(&duckdb_bind_set_error) bind_set_error;
  decltype(&duckdb_init_get_extra_info) init_get_extra_info;
  decltype(&duckdb_init_get_column_count) init_get_column_count;
  decltype(&duckdb_init_get_column_index) init_get_column_index;
  decltype(&duckdb_init_set_init_data) init_set_init_data;
  decltype(&duckdb_init_set_max_threads) init_set_max_threads;
  decltype(&duckdb_init_set_error) init_set_error;
  decltype(&duckdb_function_get_init_data) function_get_init_data;
  decltype(&duckdb_function_get_local_init_data) function_get_local_init_data;
  decltype(&duckdb_function_set_error) function_set_error;

  decltype(&duckdb_result_error) result_error;
  decltype(&duckdb_column_count) column_count;
  decltype(&duckdb_column_name) column_name;
  decltype(&duckdb_column_logical_type) column_logical_type;
  decltype(&duckdb_fetch_chunk) fetch_chunk;
  decltype(&duckdb_destroy_result) destroy_result;
  decltype(&duckdb_data_chunk_get_size) data_chunk_get_size;
  decltype(&duckdb_data_chunk_get_vector) data_chunk_get_vector;
  decltype(&duckdb_destroy_data_chunk) destroy_data_chunk;
  decltype(&duckdb_data_chunk_set_size) data_chunk_set_size;
  decltype(&duckdb_vector_size) vector_size;
  decltype(&duckdb_vector_ensure_validity_writable) vector_ensure_validity_writable;
  decltype(&duckdb_vector_assign_string_element_len) vector_assign_string_element_len;
  decltype(&duckdb_list_vector_get_size) list_vector_get_size;
  decltype(&duckdb_list_vector_set_size) list_vector_set_size;
  decltype(&duckdb_list_vector_reserve) list_vector_reserve;
  decltype(&duckdb_vector_get_data) vector_get_data;
  decltype(&duckdb_vector_get_validity) vector_get_validity;
  decltype(&duckdb_list_vector_get_child) list_vector_get_child;
  decltype(&duckdb_array_vector_get_child) array_vector_get_child;
  decltype(&duckdb_struct_vector_get_child) struct_vector_get_child;

  decltype(&duckdb_get_type_id) get_type_id;
  decltype(&duckdb_logical_type_get_alias) logical_type_get_alias;
  decltype(&duckdb_decimal_width) decimal_width;
  decltype(&duckdb_decimal_scale) decimal_scale;
  decltype(&duckdb_decimal_internal_type) decimal_internal_type;
  decltype(&duckdb_enum_internal_type) enum_internal_type;
  decltype(&duckdb_enum_dictionary_size) enum_dictionary_size;
  decltype(&duckdb_enum_dictionary_value) enum_dictionary_value;
  decltype(&duckdb_list_type_child_type) list_type_child_type;
  decltype(&duckdb_array_type_child_type) array_type_child_type;
  decltype(&duckdb_array_type_array_size) array_type_array_size;
  decltype(&duckdb_map_type_key_type) map_type_key_type;
  decltype(&duckdb_map_type_value_type) map_type_value_type;
  decltype(&duckdb_struct_type_child_count) struct_type_child_count;
  decltype(&duckdb_struct_type_child_name) struct_type_child_name;
  decltype(&duckdb_struct_type_child_type) struct_type_child_type;
  decltype(&duckdb_union_type_member_count) union_type_member_count;
  decltype(&duckdb_union_type_member_name) union_type_member_name;
  decltype(&duckdb_union_type_member_type) union_type_member_type;
  decltype(&duckdb_create_logical_type) create_logical_type;
  decltype(&duckdb_create_decimal_type) create_decimal_type;
  decltype(&duckdb_create_list_type) create_list_type;
  decltype(&duckdb_create_map_type) create_map_type;
  decltype(&duckdb_create_struct_type) create_struct_type;
  decltype(&duckdb_destroy_logical_type) destroy_logical_type;
};

/// Look every function up. Unsupported, naming it, when one is missing.
core::Status FindFunctions(core::SharedLibrary& library, Functions& functions);

}  // namespace sluice::query
