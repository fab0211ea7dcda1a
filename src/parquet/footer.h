#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "schema/type.h"
#include "storage/file_system.h"

namespace sluice::parquet {

struct RowGroupSummary {
  std::uint64_t rows = 0;
  std::uint64_t bytes_encoded = 0;
  std::uint64_t bytes_compressed = 0;
};

/// What the end of a Parquet file says about the whole.
struct Footer {
  schema::Schema schema;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  ///< of the file
  std::vector<RowGroupSummary> row_groups;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::string created_by;
};

/// Read the footer only. Corruption, naming the path and what is wrong, when `path` is no whole Parquet file;
/// Unsupported for a column type without a counterpart here.
core::Result<Footer> ReadFooter(storage::FileSystem& files, const std::string& path, arrow::MemoryPool* pool);

}  // namespace sluice::parquet
