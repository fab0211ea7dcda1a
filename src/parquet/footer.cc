#include "parquet/footer.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/metadata.h>

#include <utility>

#include "parquet/open_file.h"
#include "schema/arrow_mapping.h"

namespace sluice::parquet {
namespace {

constexpr std::int64_t kBatchRows = 1024;  // nothing is read

core::Result<Footer> Summarize(::parquet::arrow::FileReader& reader) {
  const auto metadata = reader.parquet_reader()->metadata();
  std::shared_ptr<arrow::Schema> arrow_schema;
  SLUICE_TRY(reader.GetSchema(&arrow_schema));
  Footer footer;
  SLUICE_ASSIGN_OR_RETURN(footer.schema, schema::FromArrow(*arrow_schema));
  footer.rows = static_cast<std::uint64_t>(metadata->num_rows());
  footer.created_by = metadata->created_by();
  for (int i = 0; i < metadata->num_row_groups(); ++i) {
    const auto group = metadata->RowGroup(i);
    RowGroupSummary summary{.rows = static_cast<std::uint64_t>(group->num_rows())};
    for (int column = 0; column < group->num_columns(); ++column) {
      const auto chunk = group->ColumnChunk(column);
      summary.bytes_encoded += static_cast<std::uint64_t>(chunk->total_uncompressed_size());
      summary.bytes_compressed += static_cast<std::uint64_t>(chunk->total_compressed_size());
    }
    footer.row_groups.push_back(summary);
  }
  if (const auto pairs = metadata->key_value_metadata()) {
    for (std::int64_t i = 0; i < pairs->size(); ++i) footer.metadata.emplace_back(pairs->key(i), pairs->value(i));
  }
  return footer;
}

}  // namespace

core::Result<Footer> ReadFooter(storage::FileSystem& files, const std::string& path, arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(auto file, files.OpenRandomAccess(path));
  const std::uint64_t bytes = file->size();
  SLUICE_ASSIGN_OR_RETURN(auto reader, OpenArrowReader(std::move(file), path, kBatchRows, pool));
  SLUICE_ASSIGN_OR_RETURN(Footer footer, ReadGuarded(path, [&] { return Summarize(*reader); }));
  footer.bytes = bytes;
  return footer;
}

}  // namespace sluice::parquet
