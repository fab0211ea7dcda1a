#include "parquet/writer.h"

#include <arrow/type.h>
#include <fmt/format.h>

#include <set>
#include <utility>

#include "parquet/file_format.h"
#include "parquet/page_file_writer.h"
#include "schema/arrow_mapping.h"

namespace sluice::parquet {
namespace {

core::Status CheckNames(const arrow::Schema& schema) {
  std::set<std::string_view> names;
  for (const auto& field : schema.fields()) {
    if (names.insert(field->name()).second) continue;
    return core::InvalidInput(fmt::format("two columns are named '{}'", field->name()))
        .WithHint("rename one of them in the schema");
  }
  return core::Ok();
}

}  // namespace

core::Result<std::unique_ptr<FileWriter>> FileWriter::Open(storage::WritableFile& file, const schema::Schema& schema,
                                                           WriteOptions options, core::Executor& executor,
                                                           arrow::MemoryPool* pool) {
  return Open(file, schema::ToArrow(schema), std::move(options), executor, pool);
}

core::Result<std::unique_ptr<FileWriter>> FileWriter::Open(storage::WritableFile& file,
                                                           std::shared_ptr<arrow::Schema> schema, WriteOptions options,
                                                           core::Executor& executor, arrow::MemoryPool* pool) {
  SLUICE_TRY(CheckNames(*schema));
  SLUICE_ASSIGN_OR_RETURN(auto columns, ParquetSchema(*schema));
  auto writer =
      std::make_unique<PageFileWriter>(file, std::move(schema), std::move(columns), std::move(options), executor, pool);
  SLUICE_TRY(writer->Check());
  return std::unique_ptr<FileWriter>(std::move(writer));
}

}  // namespace sluice::parquet
