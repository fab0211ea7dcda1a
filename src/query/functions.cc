#include "query/functions.h"

#include <dlfcn.h>

#include <string>

namespace sluice::query {
namespace {

/// Looks names up until one is missing.
class Resolver {
 public:
  explicit Resolver(void* handle) : handle_(handle) {}

  template <typename Function>
  void Find(const char* name, Function& function) {
    void* const address = ::dlsym(handle_, name);
    if (address == nullptr && missing_.empty()) missing_ = name;
    function = reinterpret_cast<Function>(address);
  }
  const std::string& missing() const { return missing_; }

 private:
  void* handle_;
  std::string missing_;
};

void FindProcessFunctions(Resolver& resolver, Functions& functions) {
  resolver.Find("duckdb_library_version", functions.library_version);
  resolver.Find("duckdb_free", functions.free);
}

void FindDatabaseFunctions(Resolver& resolver, Functions& functions) {
  resolver.Find("duckdb_create_config", functions.create_config);
  resolver.Find("duckdb_set_config", functions.set_config);
  resolver.Find("duckdb_destroy_config", functions.destroy_config);
  resolver.Find("duckdb_open_ext", functions.open_ext);
  resolver.Find("duckdb_close", functions.close);
  resolver.Find("duckdb_connect", functions.connect);
  resolver.Find("duckdb_disconnect", functions.disconnect);
  resolver.Find("duckdb_interrupt", functions.interrupt);
}

void FindStatementFunctions(Resolver& resolver, Functions& functions) {
  resolver.Find("duckdb_extract_statements", functions.extract_statements);
  resolver.Find("duckdb_extract_statements_error", functions.extract_statements_error);
  resolver.Find("duckdb_prepare_extracted_statement", functions.prepare_extracted_statement);
  resolver.Find("duckdb_destroy_extracted", functions.destroy_extracted);
  resolver.Find("duckdb_prepare_error", functions.prepare_error);
  resolver.Find("duckdb_prepared_statement_type", functions.prepared_statement_type);
  resolver.Find("duckdb_nparams", functions.nparams);
  resolver.Find("duckdb_bind_null", functions.bind_null);
  resolver.Find("duckdb_bind_boolean", functions.bind_boolean);
  resolver.Find("duckdb_bind_int64", functions.bind_int64);
  resolver.Find("duckdb_bind_double", functions.bind_double);
  resolver.Find("duckdb_bind_varchar_length", functions.bind_varchar_length);
  resolver.Find("duckdb_execute_prepared", functions.execute_prepared);
  resolver.Find("duckdb_destroy_prepare", functions.destroy_prepare);
}

void FindResultFunctions(Resolver& resolver, Functions& functions) {
  resolver.Find("duckdb_result_error", functions.result_error);
  resolver.Find("duckdb_column_count", functions.column_count);
  resolver.Find("duckdb_column_name", functions.column_name);
  resolver.Find("duckdb_column_logical_type", functions.column_logical_type);
  resolver.Find("duckdb_fetch_chunk", functions.fetch_chunk);
  resolver.Find("duckdb_destroy_result", functions.destroy_result);
  resolver.Find("duckdb_data_chunk_get_size", functions.data_chunk_get_size);
  resolver.Find("duckdb_data_chunk_get_vector", functions.data_chunk_get_vector);
  resolver.Find("duckdb_destroy_data_chunk", functions.destroy_data_chunk);
  resolver.Find("duckdb_vector_get_data", functions.vector_get_data);
  resolver.Find("duckdb_vector_get_validity", functions.vector_get_validity);
  resolver.Find("duckdb_list_vector_get_child", functions.list_vector_get_child);
  resolver.Find("duckdb_array_vector_get_child", functions.array_vector_get_child);
  resolver.Find("duckdb_struct_vector_get_child", functions.struct_vector_get_child);
}

void FindTypeFunctions(Resolver& resolver, Functions& functions) {
  resolver.Find("duckdb_get_type_id", functions.get_type_id);
  resolver.Find("duckdb_logical_type_get_alias", functions.logical_type_get_alias);
  resolver.Find("duckdb_decimal_width", functions.decimal_width);
  resolver.Find("duckdb_decimal_scale", functions.decimal_scale);
  resolver.Find("duckdb_decimal_internal_type", functions.decimal_internal_type);
  resolver.Find("duckdb_enum_internal_type", functions.enum_internal_type);
  resolver.Find("duckdb_enum_dictionary_size", functions.enum_dictionary_size);
  resolver.Find("duckdb_enum_dictionary_value", functions.enum_dictionary_value);
  resolver.Find("duckdb_list_type_child_type", functions.list_type_child_type);
  resolver.Find("duckdb_array_type_child_type", functions.array_type_child_type);
  resolver.Find("duckdb_array_type_array_size", functions.array_type_array_size);
  resolver.Find("duckdb_map_type_key_type", functions.map_type_key_type);
  resolver.Find("duckdb_map_type_value_type", functions.map_type_value_type);
  resolver.Find("duckdb_struct_type_child_count", functions.struct_type_child_count);
  resolver.Find("duckdb_struct_type_child_name", functions.struct_type_child_name);
  resolver.Find("duckdb_struct_type_child_type", functions.struct_type_child_type);
  resolver.Find("duckdb_union_type_member_count", functions.union_type_member_count);
  resolver.Find("duckdb_union_type_member_name", functions.union_type_member_name);
  resolver.Find("duckdb_union_type_member_type", functions.union_type_member_type);
  resolver.Find("duckdb_destroy_logical_type", functions.destroy_logical_type);
}

void FindTableFunctionFunctions(Resolver& resolver, Functions& functions) {
  resolver.Find("duckdb_create_table_function", functions.create_table_function);
  resolver.Find("duckdb_destroy_table_function", functions.destroy_table_function);
  resolver.Find("duckdb_table_function_set_name", functions.table_function_set_name);
  resolver.Find("duckdb_table_function_set_extra_info", functions.table_function_set_extra_info);
  resolver.Find("duckdb_table_function_set_bind", functions.table_function_set_bind);
  resolver.Find("duckdb_table_function_set_init", functions.table_function_set_init);
  resolver.Find("duckdb_table_function_set_local_init", functions.table_function_set_local_init);
  resolver.Find("duckdb_table_function_set_function", functions.table_function_set_function);
  resolver.Find("duckdb_table_function_supports_projection_pushdown",
                functions.table_function_supports_projection_pushdown);
  resolver.Find("duckdb_register_table_function", functions.register_table_function);
  resolver.Find("duckdb_bind_get_extra_info", functions.bind_get_extra_info);
  resolver.Find("duckdb_bind_add_result_column", functions.bind_add_result_column);
  resolver.Find("duckdb_bind_set_cardinality", functions.bind_set_cardinality);
  resolver.Find("duckdb_bind_set_error", functions.bind_set_error);
  resolver.Find("duckdb_init_get_extra_info", functions.init_get_extra_info);
  resolver.Find("duckdb_init_get_column_count", functions.init_get_column_count);
  resolver.Find("duckdb_init_get_column_index", functions.init_get_column_index);
  resolver.Find("duckdb_init_set_init_data", functions.init_set_init_data);
  resolver.Find("duckdb_init_set_max_threads", functions.init_set_max_threads);
  resolver.Find("duckdb_init_set_error", functions.init_set_error);
  resolver.Find("duckdb_function_get_init_data", functions.function_get_init_data);
  resolver.Find("duckdb_function_get_local_init_data", functions.function_get_local_init_data);
  resolver.Find("duckdb_function_set_error", functions.function_set_error);
}

void FindWritingFunctions(Resolver& resolver, Functions& functions) {
  resolver.Find("duckdb_data_chunk_set_size", functions.data_chunk_set_size);
  resolver.Find("duckdb_vector_size", functions.vector_size);
  resolver.Find("duckdb_vector_ensure_validity_writable", functions.vector_ensure_validity_writable);
  resolver.Find("duckdb_vector_assign_string_element_len", functions.vector_assign_string_element_len);
  resolver.Find("duckdb_list_vector_get_size", functions.list_vector_get_size);
  resolver.Find("duckdb_list_vector_set_size", functions.list_vector_set_size);
  resolver.Find("duckdb_list_vector_reserve", functions.list_vector_reserve);
  resolver.Find("duckdb_create_logical_type", functions.create_logical_type);
  resolver.Find("duckdb_create_decimal_type", functions.create_decimal_type);
  resolver.Find("duckdb_create_list_type", functions.create_list_type);
  resolver.Find("duckdb_create_map_type", functions.create_map_type);
  resolver.Find("duckdb_create_struct_type", functions.create_struct_type);
}

}  // namespace

core::Status ResolveFunctions(void* handle, Functions& functions) {
  Resolver resolver(handle);
  FindProcessFunctions(resolver, functions);
  FindTableFunctionFunctions(resolver, functions);
  FindWritingFunctions(resolver, functions);
  FindDatabaseFunctions(resolver, functions);
  FindStatementFunctions(resolver, functions);
  FindResultFunctions(resolver, functions);
  FindTypeFunctions(resolver, functions);
  if (resolver.missing().empty()) return core::Ok();
  return core::Unsupported("the DuckDB library lacks the function " + resolver.missing());
}

}  // namespace sluice::query
