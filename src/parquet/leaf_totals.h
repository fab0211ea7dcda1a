#pragma once

#include <parquet/schema.h>

#include <memory>
#include <span>
#include <vector>

#include "parquet/column_chunk.h"
#include "parquet/leaf_statistics.h"

namespace sluice::parquet {

/// Adds up what the chunks of a file's row groups know of their values.
///
/// Threads: one at a time.
class LeafTotals {
 public:
  explicit LeafTotals(const ::parquet::SchemaDescriptor& columns);

  /// One chunk a leaf, finished.
  void Add(std::span<const std::unique_ptr<ColumnChunk>> chunks);
  /// One a leaf.
  const std::vector<LeafStatistics>& leaves() const { return leaves_; }

 private:
  const ::parquet::SchemaDescriptor& columns_;
  std::vector<LeafStatistics> leaves_;
};

}  // namespace sluice::parquet
