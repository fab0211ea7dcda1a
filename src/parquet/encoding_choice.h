#pragma once

#include <arrow/type_fwd.h>
#include <parquet/schema.h>

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/executor.h"
#include "core/result.h"
#include "parquet/column_layout.h"
#include "parquet/write_options.h"

namespace sluice::parquet {

/// InvalidInput when `options.encodings` names a column that is not there, or an encoding that its type cannot have.
core::Status CheckEncodings(const ::parquet::SchemaDescriptor& columns, const WriteOptions& options);

/// A layout for every leaf column: what `options` says, else what costs least on a sample of `batches`.
///
/// The sample is written with each encoding that fits, and the sizes are compared; the time that encoding and
/// compressing will take counts as bytes, by fixed rates, so that the choice depends on the data only.
/// `rows_expected`: how many rows the file will have, at most.
core::Result<std::vector<ColumnLayout>> ChooseLayouts(const arrow::Schema& schema,
                                                      const ::parquet::SchemaDescriptor& columns,
                                                      std::span<const std::shared_ptr<arrow::RecordBatch>> batches,
                                                      double rows_expected, const WriteOptions& options,
                                                      core::Executor& executor, arrow::MemoryPool* pool);

}  // namespace sluice::parquet
