#include "query/source_table.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <duckdb.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

#include "query/functions.h"
#include "query/identifier.h"
#include "query/session.h"
#include "query/source_failure.h"
#include "query/vector_writer.h"

namespace sluice::query {
namespace {

// DuckDB's callbacks carry no pointer of ours until they are asked for one, with a function of DuckDB's. So the
// functions are kept once for the process, as the library is, which is never unloaded.
const Functions& ProcessFunctions(const Functions* first) {
  static const Functions functions = *first;
  return functions;
}
const Functions& DuckDb() { return ProcessFunctions(nullptr); }

/// What a table function of DuckDB stands for.
struct SourceFunction {
  std::shared_ptr<RowSource> source;
  std::shared_ptr<SourceFailure> failure;
};

/// One reading of the table by one statement.
struct Reading {
  std::shared_ptr<SourceFailure> failure;
  std::mutex mutex;
  std::unique_ptr<RowStream> stream;  // guarded by mutex
};

/// What one of DuckDB's threads has at hand.
struct Batch {
  std::shared_ptr<arrow::RecordBatch> rows;
  std::int64_t next = 0;
};

template <typename Held>
void Delete(void* held) {
  delete static_cast<Held*>(held);
}

SourceFunction& FunctionOf(void* extra_info) { return *static_cast<SourceFunction*>(extra_info); }

/// What DuckDB is told of an error; the session returns the error itself.
std::string Kept(const core::Error& error, SourceFailure& failure) {
  failure.Keep(error);
  return error.message();
}

void BindTable(duckdb_bind_info info) {
  const SourceFunction& function = FunctionOf(DuckDb().bind_get_extra_info(info));
  const RowSource& source = *function.source;
  for (const auto& field : source.schema()->fields()) {
    auto type = MakeLogicalType(DuckDb(), *field->type());
    if (!type) {
      const core::Error error = core::Error(type.error()).WithPrefix(field->name() + ": ");
      return DuckDb().bind_set_error(info, Kept(error, *function.failure).c_str());
    }
    DuckDb().bind_add_result_column(info, field->name().c_str(), *type);
    DuckDb().destroy_logical_type(&*type);
  }
  if (source.rows_estimate() > 0) DuckDb().bind_set_cardinality(info, source.rows_estimate(), false);
}

void BeginReading(duckdb_init_info info) {
  const SourceFunction& function = FunctionOf(DuckDb().init_get_extra_info(info));
  RowSource& source = *function.source;
  std::vector<int> columns;
  for (idx_t i = 0; i < DuckDb().init_get_column_count(info); ++i) {
    const idx_t column = DuckDb().init_get_column_index(info, i);
    // A statement that only counts asks for a row number that no column has.
    if (column < static_cast<idx_t>(source.schema()->num_fields())) columns.push_back(static_cast<int>(column));
  }
  auto stream = source.Open(columns);
  if (!stream) return DuckDb().init_set_error(info, Kept(stream.error(), *function.failure).c_str());
  auto reading = std::make_unique<Reading>();
  reading->failure = function.failure;
  reading->stream = *std::move(stream);
  DuckDb().init_set_init_data(info, reading.release(), Delete<Reading>);
  DuckDb().init_set_max_threads(info, std::max(1U, std::thread::hardware_concurrency()));
}

void BeginThread(duckdb_init_info info) { DuckDb().init_set_init_data(info, new Batch, Delete<Batch>); }

core::Status Refill(Reading& reading, Batch& batch) {
  while (!batch.rows || batch.next >= batch.rows->num_rows()) {
    batch.next = 0;
    const std::lock_guard lock(reading.mutex);
    SLUICE_ASSIGN_OR_RETURN(batch.rows, reading.stream->Next());
    if (!batch.rows) return core::Ok();
  }
  return core::Ok();
}

core::Status FillChunk(Reading& reading, Batch& batch, duckdb_data_chunk chunk) {
  SLUICE_TRY(Refill(reading, batch));
  if (!batch.rows) {
    DuckDb().data_chunk_set_size(chunk, 0);
    return core::Ok();
  }
  const std::int64_t rows =
      std::min(batch.rows->num_rows() - batch.next, static_cast<std::int64_t>(DuckDb().vector_size()));
  for (int i = 0; i < batch.rows->num_columns(); ++i) {
    SLUICE_TRY(WriteVector(DuckDb(), *batch.rows->column(i), batch.next, rows,
                           DuckDb().data_chunk_get_vector(chunk, static_cast<idx_t>(i))));
  }
  DuckDb().data_chunk_set_size(chunk, static_cast<idx_t>(rows));
  batch.next += rows;
  return core::Ok();
}

void ReadChunk(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto& reading = *static_cast<Reading*>(DuckDb().function_get_init_data(info));
  auto& batch = *static_cast<Batch*>(DuckDb().function_get_local_init_data(info));
  const core::Status filled = FillChunk(reading, batch, chunk);
  if (!filled) DuckDb().function_set_error(info, Kept(filled.error(), *reading.failure).c_str());
}

}  // namespace

core::Status Session::AddSource(const SourceTable& table) {
  const Functions& duckdb = ProcessFunctions(&library_->functions());
  const std::string function_name = "sluice_rows_" + std::to_string(sources_++);
  duckdb_table_function function = duckdb.create_table_function();
  duckdb.table_function_set_name(function, function_name.c_str());
  duckdb.table_function_set_extra_info(function, new SourceFunction{table.source, source_failure_},
                                       Delete<SourceFunction>);
  duckdb.table_function_set_bind(function, BindTable);
  duckdb.table_function_set_init(function, BeginReading);
  duckdb.table_function_set_local_init(function, BeginThread);
  duckdb.table_function_set_function(function, ReadChunk);
  duckdb.table_function_supports_projection_pushdown(function, true);
  const duckdb_state state = duckdb.register_table_function(connection(), function);
  duckdb.destroy_table_function(&function);
  if (state != DuckDBSuccess) return core::Internal("DuckDB refused the table function of '" + table.name + "'");
  return Execute("CREATE OR REPLACE VIEW " + QuoteIdentifier(table.name) + " AS SELECT * FROM " + function_name + "()");
}

}  // namespace sluice::query
