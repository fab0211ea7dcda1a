#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columns/scalar_builder.h"
#include "core/result.h"
#include "parquet/column_match.h"

namespace sluice::parquet {

/// Makes the values of one declared column out of the column of a file, or out of nothing.
///
/// Threads: one at a time.
class ColumnConversion {
 public:
  static core::Result<ColumnConversion> Make(MatchedColumn column, arrow::MemoryPool* pool);

  const MatchedColumn& column() const { return column_; }
  /// Convert the column of the file. Sets `faults[row]` where a value is not allowed, unless it is set already.
  core::Result<std::shared_ptr<arrow::Array>> Convert(const std::shared_ptr<arrow::Array>& values,
                                                      std::span<columns::Fault> faults);
  /// `rows` times the constant, the default or NULL, for a column that the file does not have.
  core::Result<std::shared_ptr<arrow::Array>> Repeat(std::int64_t rows);

 private:
  ColumnConversion(MatchedColumn column, arrow::MemoryPool* pool);
  core::Result<std::shared_ptr<arrow::Array>> ThroughText(const arrow::Array& values, std::span<columns::Fault> faults);

  MatchedColumn column_;
  std::shared_ptr<arrow::DataType> type_;
  std::unique_ptr<columns::ScalarBuilder> rules_;  // for constraints, defaults and words for NULL
  arrow::MemoryPool* pool_;
};

}  // namespace sluice::parquet
