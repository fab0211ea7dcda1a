#pragma once

#include <arrow/io/interfaces.h>
#include <parquet/bloom_filter_writer.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include <memory>
#include <span>
#include <vector>

#include "core/result.h"
#include "parquet/column_chunk.h"
#include "parquet/column_layout.h"
#include "parquet/row_group.h"

namespace sluice::parquet {

/// What stands behind the pages of a file: bloom filters, page index, footer. Thrift and bloom filters are Arrow's.
///
/// Order: (blooms, AddRowGroup)* Write. Threads: one at a time. May throw what Arrow throws.
class FileMetadata {
 public:
  FileMetadata(std::shared_ptr<::parquet::SchemaDescriptor> columns,
               std::shared_ptr<::parquet::WriterProperties> properties, bool blooms);

  /// nullptr when no column has one.
  ::parquet::BloomFilterBuilder* blooms() { return blooms_.get(); }
  /// `positions`: where the pages of each chunk begin in the file.
  void AddRowGroup(const RowGroup& group, std::span<const std::int64_t> positions,
                   std::span<const ColumnLayout> layouts);
  /// Write everything and the closing magic; returns the footer.
  std::unique_ptr<::parquet::FileMetaData> Write(const std::shared_ptr<const arrow::KeyValueMetadata>& metadata,
                                                 arrow::io::OutputStream& out);

 private:
  void AddPageIndex(const ColumnChunk& chunk, int column, std::int64_t data_position);

  std::shared_ptr<::parquet::SchemaDescriptor> columns_;
  std::shared_ptr<::parquet::WriterProperties> properties_;
  std::unique_ptr<::parquet::FileMetaDataBuilder> footer_;
  std::unique_ptr<::parquet::PageIndexBuilder> index_;
  std::unique_ptr<::parquet::BloomFilterBuilder> blooms_;
  std::int64_t groups_ = 0;
};

}  // namespace sluice::parquet
