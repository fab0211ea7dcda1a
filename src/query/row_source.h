#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/result.h"

namespace sluice::query {

/// Batches of rows, one after the other. Threads: one at a time.
class RowStream {
 public:
  virtual ~RowStream() = default;
  /// nullptr after the last one.
  virtual core::Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

/// Rows that a statement can read like a table. Threads: any; streams are independent.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual const std::shared_ptr<arrow::Schema>& schema() const = 0;
  /// For the plan; 0 = not known.
  virtual std::uint64_t rows_estimate() const = 0;
  /// The columns at these places of the schema, in this order; perhaps none, for statements that only count. Called
  /// once for each time that a statement reads the table.
  virtual core::Result<std::unique_ptr<RowStream>> Open(const std::vector<int>& columns) = 0;
};

}  // namespace sluice::query
