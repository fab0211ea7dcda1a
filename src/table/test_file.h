#pragma once

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/json/from_string.h>
#include <arrow/memory_pool.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "delta/data_type.h"
#include "schema/arrow_error.h"
#include "storage/memory_file_system.h"
#include "table/data_file_reader.h"

namespace sluice::table {

/// A column of a Parquet file that a test makes.
struct TestColumn {
  std::string name;
  std::shared_ptr<arrow::DataType> type;
  std::string json;  ///< a list of its values
  bool nullable = true;
  int id = -1;
};

/// A type by its kind, for short.
inline delta::DataType Plain(delta::TypeKind kind) { return {.kind = kind}; }
inline delta::DataType Decimal(int precision, int scale) {
  return {.kind = delta::TypeKind::kDecimal, .precision = precision, .scale = scale};
}
inline delta::Field TestField(std::string name, delta::DataType type) {
  return {.name = name, .type = std::move(type), .physical_name = name};
}
inline delta::DataType ListOf(delta::DataType element) {
  return {.kind = delta::TypeKind::kArray, .fields = {TestField("element", std::move(element))}};
}
inline delta::DataType MapOf(delta::DataType key, delta::DataType value) {
  delta::DataType type{.kind = delta::TypeKind::kMap,
                       .fields = {TestField("key", std::move(key)), TestField("value", std::move(value))}};
  type.fields[0].nullable = false;
  return type;
}
inline delta::DataType StructOf(std::vector<delta::Field> fields) {
  return {.kind = delta::TypeKind::kStruct, .fields = std::move(fields)};
}

/// The bytes of a Parquet file with these columns.
inline std::string MakeParquet(const std::vector<TestColumn>& columns, std::int64_t group_rows = 1024,
                               ::parquet::WriterProperties::Builder properties = {},
                               ::parquet::ArrowWriterProperties::Builder arrow_properties = {},
                               const std::shared_ptr<const arrow::KeyValueMetadata>& metadata = nullptr) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const TestColumn& column : columns) {
    auto field = arrow::field(column.name, column.type, column.nullable);
    if (column.id >= 0) {
      field = field->WithMetadata(arrow::key_value_metadata({"PARQUET:field_id"}, {std::to_string(column.id)}));
    }
    fields.push_back(std::move(field));
    arrays.push_back(arrow::json::ArrayFromJSONString(column.type, column.json).ValueOrDie());
  }
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto writer = ::parquet::arrow::FileWriter::Open(*table->schema(), arrow::default_memory_pool(), out,
                                                   properties.build(), arrow_properties.build())
                    .ValueOrDie();
  arrow::Status written = writer->WriteTable(*table, group_rows);
  if (written.ok() && metadata) written = writer->AddKeyValueMetadata(metadata);
  if (written.ok()) written = writer->Close();
  if (!written.ok()) written.Abort();
  return out->Finish().ValueOrDie()->ToString();
}

/// A Parquet file in memory.
class TestFiles {
 public:
  static constexpr const char* kPath = "t/part-0.parquet";

  template <typename... Options>
  void Write(const std::vector<TestColumn>& columns, Options&&... options) {
    files.Put(kPath, MakeParquet(columns, std::forward<Options>(options)...));
  }

  /// Every row of the file under these columns, as the JSON-like text that Arrow prints; batches joined.
  core::Result<std::shared_ptr<arrow::Table>> Read(std::vector<delta::Field> fields,
                                                   delta::ColumnMappingMode mapping = delta::ColumnMappingMode::kNone) {
    SLUICE_ASSIGN_OR_RETURN(auto reader, Open(std::move(fields), mapping, {.batch_rows = 2}));
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    std::int64_t rows = 0;
    while (true) {
      SLUICE_ASSIGN_OR_RETURN(auto next, reader->Next());
      if (!next) break;
      SLUICE_TRY(next->rows->ValidateFull());
      if (next->first_row != rows) return core::Internal("rows are missing");
      rows += next->rows->num_rows();
      batches.push_back(next->rows);
    }
    if (batches.empty()) return std::shared_ptr<arrow::Table>();
    SLUICE_ASSIGN_OR_RETURN(auto table, arrow::Table::FromRecordBatches(batches));
    SLUICE_ASSIGN_OR_RETURN(table, table->CombineChunks());
    return table;
  }

  core::Result<std::unique_ptr<DataFileReader>> Open(std::vector<delta::Field> fields,
                                                     delta::ColumnMappingMode mapping = delta::ColumnMappingMode::kNone,
                                                     DataFileOptions options = {}) {
    SLUICE_ASSIGN_OR_RETURN(const auto columns, FileColumns::Make(std::move(fields), mapping));
    return DataFileReader::Open(files, kPath, columns, std::move(options), &pool);
  }

  storage::MemoryFileSystem files;
  arrow::CappedMemoryPool pool{arrow::default_memory_pool(), std::int64_t{64} << 20};
};

}  // namespace sluice::table
