#include "query/functions.h"

namespace sluice::query {
namespace {

void FindProcessFunctions(core::SharedLibrary& library, Functions& functions) {
  library.Find("duckdb_library_version", functions.library_version);
  library.Find("duckdb_free", functions.free);
}

void FindDatabaseFunctions(core::SharedLibrary& library, Functions& functions) {
  library.Find("duckdb_create_config", functions.create_config);
  library.Find("duckdb_set_config", functions.set_config);
  library.Find("duckdb_destroy_config", functions.destroy_config);
  library.Find("duckdb_open_ext", functions.open_ext);
  library.Find("duckdb_close", functions.close);
  library.Find("duckdb_connect", functions.connect);
  library.Find("duckdb_disconnect", functions.disconnect);
  library.Find("duckdb_interrupt", functions.interrupt);
}

void FindStatementFunctions(core::SharedLibrary& library, Functions& functions) {
  library.Find("duckdb_extract_statements", functions.extract_statements);
  library.Find("duckdb_extract_statements_error", functions.extract_statements_error);
  library.Find("duckdb_prepare_extracted_statement", functions.prepare_extracted_statement);
  library.Find("duckdb_destroy_extracted", functions.destroy_extracted);
  library.Find("duckdb_prepare_error", functions.prepare_error);
  library.Find("duckdb_prepared_statement_type", functions.prepared_statement_type);
  library.Find("duckdb_nparams", functions.nparams);
  library.Find("duckdb_bind_null", functions.bind_null);
  library.Find("duckdb_bind_boolean", functions.bind_boolean);
  library.Find("duckdb_bind_int64", functions.bind_int64);
  library.Find("duckdb_bind_double", functions.bind_double);
  library.Find("duckdb_bind_varchar_length", functions.bind_varchar_length);
  library.Find("duckdb_execute_prepared", functions.execute_prepared);
  library.Find("duckdb_destroy_prepare", functions.destroy_prepare);
}

void FindResultFunctions(core::SharedLibrary& library, Functions& functions) {
  library.Find("duckdb_result_error", functions.result_error);
  library.Find("duckdb_column_count", functions.column_count);
  library.Find("duckdb_column_name", functions.column_name);
  library.Find("duckdb_column_logical_type", functions.column_logical_type);
  library.Find("duckdb_fetch_chunk", functions.fetch_chunk);
  library.Find("duckdb_destroy_result", functions.destroy_result);
  library.Find("duckdb_data_chunk_get_size", functions.data_chunk_get_size);
  library.Find("duckdb_data_chunk_get_vector", functions.data_chunk_get_vector);
  library.Find("duckdb_destroy_data_chunk", functions.destroy_data_chunk);
  library.Find("duckdb_vector_get_data", functions.vector_get_data);
  library.Find("duckdb_vector_get_validity", functions.vector_get_validity);
  library.Find("duckdb_list_vector_get_child", functions.list_vector_get_child);
  library.Find("duckdb_array_vector_get_child", functions.array_vector_get_child);
  library.Find("duckdb_struct_vector_get_child", functions.struct_vector_get_child);
}

void FindTypeFunctions(core::SharedLibrary& library, Functions& functions) {
  library.Find("duckdb_get_type_id", functions.get_type_id);
  library.Find("duckdb_logical_type_get_alias", functions.logical_type_get_alias);
  library.Find("duckdb_decimal_width", functions.decimal_width);
  library.Find("duckdb_decimal_scale", functions.decimal_scale);
  library.Find("duckdb_decimal_internal_type", functions.decimal_internal_type);
  library.Find("duckdb_enum_internal_type", functions.enum_internal_type);
  library.Find("duckdb_enum_dictionary_size", functions.enum_dictionary_size);
  library.Find("duckdb_enum_dictionary_value", functions.enum_dictionary_value);
  library.Find("duckdb_list_type_child_type", functions.list_type_child_type);
  library.Find("duckdb_array_type_child_type", functions.array_type_child_type);
  library.Find("duckdb_array_type_array_size", functions.array_type_array_size);
  library.Find("duckdb_map_type_key_type", functions.map_type_key_type);
  library.Find("duckdb_map_type_value_type", functions.map_type_value_type);
  library.Find("duckdb_struct_type_child_count", functions.struct_type_child_count);
  library.Find("duckdb_struct_type_child_name", functions.struct_type_child_name);
  library.Find("duckdb_struct_type_child_type", functions.struct_type_child_type);
  library.Find("duckdb_union_type_member_count", functions.union_type_member_count);
  library.Find("duckdb_union_type_member_name", functions.union_type_member_name);
  library.Find("duckdb_union_type_member_type", functions.union_type_member_type);
  library.Find("duckdb_destroy_logical_type", functions.destroy_logical_type);
}

void FindTableFunctionFunctions(core::SharedLibrary& library, Functions& functions) {
  library.Find("duckdb_create_table_function", functions.create_table_function);
  library.Find("duckdb_destroy_table_function", functions.destroy_table_function);
  library.Find("duckdb_table_function_set_name", functions.table_function_set_name);
  library.Find("duckdb_table_function_set_extra_info", functions.table_function_set_extra_info);
  library.Find("duckdb_table_function_set_bind", functions.table_function_set_bind);
  library.Find("duckdb_table_function_set_init", functions.table_function_set_init);
  library.Find("duckdb_table_function_set_local_init", functions.table_function_set_local_init);
  library.Find("duckdb_table_function_set_function", functions.table_function_set_function);
  library.Find("duckdb_table_function_supports_projection_pushdown",
               functions.table_function_supports_projection_pushdown);
  library.Find("duckdb_register_table_function", functions.register_table_function);
  library.Find("duckdb_bind_get_extra_info", functions.bind_get_extra_info);
  library.Find("duckdb_bind_add_result_column", functions.bind_add_result_column);
  library.Find("duckdb_bind_set_cardinality", functions.bind_set_cardinality);
  library.Find("duckdb_bind_set_error", functions.bind_set_error);
  library.Find("duckdb_init_get_extra_info", functions.init_get_extra_info);
  library.Find("duckdb_init_get_column_count", functions.init_get_column_count);
  library.Find("duckdb_init_get_column_index", functions.init_get_column_index);
  library.Find("duckdb_init_set_init_data", functions.init_set_init_data);
  library.Find("duckdb_init_set_max_threads", functions.init_set_max_threads);
  library.Find("duckdb_init_set_error", functions.init_set_error);
  library.Find("duckdb_function_get_init_data", functions.function_get_init_data);
  library.Find("duckdb_function_get_local_init_data", functions.function_get_local_init_data);
  library.Find("duckdb_function_set_error", functions.function_set_error);
}

void FindWritingFunctions(core::SharedLibrary& library, Functions& functions) {
  library.Find("duckdb_data_chunk_set_size", functions.data_chunk_set_size);
  library.Find("duckdb_vector_size", functions.vector_size);
  library.Find("duckdb_vector_ensure_validity_writable", functions.vector_ensure_validity_writable);
  library.Find("duckdb_vector_assign_string_element_len", functions.vector_assign_string_element_len);
  library.Find("duckdb_list_vector_get_size", functions.list_vector_get_size);
  library.Find("duckdb_list_vector_set_size", functions.list_vector_set_size);
  library.Find("duckdb_list_vector_reserve", functions.list_vector_reserve);
  library.Find("duckdb_create_logical_type", functions.create_logical_type);
  library.Find("duckdb_create_decimal_type", functions.create_decimal_type);
  library.Find("duckdb_create_list_type", functions.create_list_type);
  library.Find("duckdb_create_map_type", functions.create_map_type);
  library.Find("duckdb_create_struct_type", functions.create_struct_type);
}

}  // namespace

core::Status FindFunctions(core::SharedLibrary& library, Functions& functions) {
  FindProcessFunctions(library, functions);
  FindTableFunctionFunctions(library, functions);
  FindWritingFunctions(library, functions);
  FindDatabaseFunctions(library, functions);
  FindStatementFunctions(library, functions);
  FindResultFunctions(library, functions);
  FindTypeFunctions(library, functions);
  return library.CheckFound();
}

}  // namespace sluice::query
