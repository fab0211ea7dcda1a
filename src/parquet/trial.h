#pragma once

#include <arrow/type_fwd.h>
#include <parquet/schema.h>

#include "core/result.h"
#include "parquet/column_layout.h"
#include "parquet/leaf_column.h"
#include "parquet/page_compressor.h"
#include "parquet/write_options.h"

namespace sluice::parquet {

/// What one column chunk of the sample became, in bytes.
struct TrialSizes {
  double encoded = 0;     ///< with the dictionary
  double compressed = 0;  ///< without it
  double dictionary_compressed = 0;
};

/// Make the pages of `sample` with `layout` and weigh them.
core::Result<TrialSizes> WeighLayout(const ::parquet::ColumnDescriptor& column, const LeafColumn& sample,
                                     const ColumnLayout& layout, const CodecSpec& codec, PageCompressor& compressor,
                                     arrow::MemoryPool* pool);

}  // namespace sluice::parquet
