#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "table/table_shape.h"

namespace sluice::table {

/// The values of the partition columns as text, in their order; nullopt for NULL.
using PartitionKey = std::vector<std::optional<std::string>>;

/// Cuts batches into their partitions.
///
/// Threads: one at a time.
class PartitionSplit {
 public:
  static core::Result<PartitionSplit> Make(const TableShape& shape, arrow::MemoryPool* pool);

  struct Part {
    PartitionKey key;
    std::shared_ptr<arrow::RecordBatch> rows;
  };
  /// The rows of each partition in their order; parts in the order of their first row. InvalidInput for values that
  /// cannot be a partition's: bytes that are no text, a NULL where the column takes none.
  core::Result<std::vector<Part>> Split(const std::shared_ptr<arrow::RecordBatch>& rows) const;

 private:
  struct Column {
    int index;  ///< in the rows
    delta::Field field;
  };
  struct Coded {
    std::vector<std::uint32_t> codes;  // one a row
    PartitionKey values;               // by code, without doubles
  };

  PartitionSplit(std::vector<Column> columns, arrow::MemoryPool* pool) : columns_(std::move(columns)), pool_(pool) {}
  static std::vector<std::uint32_t> GroupRows(const std::vector<Coded>& columns, std::size_t rows);
  core::Result<Coded> Code(const Column& column, const std::shared_ptr<arrow::Array>& values) const;

  std::vector<Column> columns_;
  arrow::MemoryPool* pool_;
};

}  // namespace sluice::table
