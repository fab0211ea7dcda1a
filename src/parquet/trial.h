#pragma once

#include <arrow/type_fwd.h>

#include <span>
#include <vector>

#include "core/result.h"
#include "parquet/column_layout.h"
#include "parquet/write_options.h"

namespace sluice::parquet {

/// What one column chunk of the sample became, in bytes.
struct TrialSizes {
  double encoded = 0;     ///< with the dictionary, which has no size of its own in the metadata
  double compressed = 0;  ///< without it
  double dictionary_compressed = 0;
};

/// Write `sample` into memory with `layouts` (one a leaf column) and weigh the leaf columns.
core::Result<std::vector<TrialSizes>> WeighLayouts(const arrow::RecordBatch& sample,
                                                   std::span<const ColumnLayout> layouts, const CodecSpec& codec,
                                                   arrow::MemoryPool* pool);

}  // namespace sluice::parquet
