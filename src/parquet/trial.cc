#include "parquet/trial.h"

#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/column_writer.h>
#include <parquet/file_writer.h>
#include <parquet/metadata.h>

#include <utility>

#include "parquet/file_format.h"
#include "parquet/leaf_column.h"
#include "schema/arrow_error.h"

namespace sluice::parquet {
namespace {

// The sizes alone matter: no statistics, no index, and pages that the sample fills once.
std::shared_ptr<::parquet::WriterProperties> TrialProperties(const ::parquet::SchemaDescriptor& columns,
                                                             std::span<const ColumnLayout> layouts,
                                                             const CodecSpec& codec, arrow::MemoryPool* pool) {
  PropertiesBuilder builder;
  ApplyFormat(builder);
  builder.memory_pool(pool);
  builder.disable_statistics();
  builder.disable_write_page_index();
  builder.set_size_statistics_level(::parquet::SizeStatisticsLevel::None);
  builder.dictionary_pagesize_limit(std::int64_t{64} << 20);
  for (int i = 0; i < columns.num_columns(); ++i) {
    ApplyLayout(builder, columns.Column(i)->path()->ToDotString(), layouts[static_cast<std::size_t>(i)], codec);
  }
  return builder.build();
}

core::Status WriteColumns(::parquet::RowGroupWriter& group, const arrow::RecordBatch& sample, arrow::MemoryPool* pool) {
  ::parquet::ArrowWriteContext context(pool, ArrowProperties().get());
  for (int i = 0; i < sample.num_columns(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, TakeApart(*sample.schema()->field(i), sample.column(i), pool));
    for (const LeafColumn& leaf : leaves) SLUICE_TRY(WriteLeaf(*group.NextColumn(), leaf, context));
  }
  return core::Ok();
}

TrialSizes SizesOf(const ::parquet::ColumnChunkMetaData& chunk) {
  TrialSizes sizes{.encoded = static_cast<double>(chunk.total_uncompressed_size()),
                   .compressed = static_cast<double>(chunk.total_compressed_size())};
  if (chunk.has_dictionary_page()) {
    sizes.dictionary_compressed = static_cast<double>(chunk.data_page_offset() - chunk.dictionary_page_offset());
    sizes.compressed -= sizes.dictionary_compressed;
  }
  return sizes;
}

}  // namespace

core::Result<std::vector<TrialSizes>> WeighLayouts(const arrow::RecordBatch& sample,
                                                   std::span<const ColumnLayout> layouts, const CodecSpec& codec,
                                                   arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(const auto columns, ParquetSchema(*sample.schema()));
  SLUICE_ASSIGN_OR_RETURN(auto sink, arrow::io::BufferOutputStream::Create(1 << 16, pool));
  const auto root = std::static_pointer_cast<::parquet::schema::GroupNode>(columns->schema_root());
  auto writer = ::parquet::ParquetFileWriter::Open(sink, root, TrialProperties(*columns, layouts, codec, pool));
  SLUICE_TRY(WriteColumns(*writer->AppendRowGroup(), sample, pool));
  writer->Close();
  std::vector<TrialSizes> sizes;
  const auto group = writer->metadata()->RowGroup(0);
  for (int i = 0; i < group->num_columns(); ++i) sizes.push_back(SizesOf(*group->ColumnChunk(i)));
  return sizes;
}

}  // namespace sluice::parquet
