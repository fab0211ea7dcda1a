#pragma once

#include <arrow/type_fwd.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "parquet/column_chunk.h"
#include "parquet/column_layout.h"
#include "parquet/write_options.h"

namespace sluice::parquet {

/// The Parquet columns of an Arrow schema. Unsupported, naming the column, for a type that Parquet cannot hold.
core::Result<std::shared_ptr<::parquet::SchemaDescriptor>> ParquetSchema(const arrow::Schema& schema);

/// The leaf columns below the column (or leaf path) `name`; InvalidInput with a suggestion when there is none. `flag`
/// is how the user named it.
core::Result<std::vector<int>> LeavesNamed(const ::parquet::SchemaDescriptor& schema, const std::string& name,
                                           std::string_view flag);

/// How the chunks of each leaf column are made.
std::vector<ChunkOptions> MakeChunkOptions(const WriteOptions& options, std::span<const ColumnLayout> layouts);

/// What the footer says of the file and its columns.
core::Result<std::shared_ptr<::parquet::WriterProperties>> MakeProperties(const ::parquet::SchemaDescriptor& schema,
                                                                          const WriteOptions& options,
                                                                          std::span<const ColumnLayout> layouts,
                                                                          arrow::MemoryPool* pool);

/// `options.metadata`, and the Arrow schema for readers that know it when Parquet's own would lose the name of a
/// zone.
core::Result<std::shared_ptr<const arrow::KeyValueMetadata>> MakeMetadata(const arrow::Schema& schema,
                                                                          const WriteOptions& options);

}  // namespace sluice::parquet
