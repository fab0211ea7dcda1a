#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/statistics.h"
#include "parquet/writer.h"
#include "storage/environment.h"
#include "table/table_shape.h"

namespace sluice::table {

/// Finds out what statistics would say of some rows, by writing them to nowhere as a data file.
///
/// Order: Open Add* Finish. Threads: one caller. Limits: those of parquet::FileWriter.
class RowFacts {
 public:
  /// Borrows environment and shape. Unsupported for columns that cannot be written.
  static core::Result<std::unique_ptr<RowFacts>> Open(const storage::Environment& environment, const TableShape& shape);
  ~RowFacts();

  /// Rows in the columns of RowSchema(shape).
  core::Status Add(const std::shared_ptr<arrow::RecordBatch>& rows);
  core::Result<parquet::FileSummary> Finish();

 private:
  class Nowhere;
  explicit RowFacts(const TableShape& shape);

  const TableShape& shape_;
  std::shared_ptr<arrow::Schema> file_schema_;
  std::unique_ptr<Nowhere> file_;
  std::unique_ptr<parquet::FileWriter> writer_;
};

/// All columns that files of the table can have statistics of.
std::vector<delta::StatisticsColumn> AllStatisticsColumns(const TableShape& shape);

/// What a file's `statistics` say that is not so; empty when they keep everything they promise.
///
/// They lie when a reader who trusts them would pass over a live row: a value outside of the bounds (widened as readers
/// do), NULL where there is to be none, a value where all is to be NULL. Statistics that say they are tight must also
/// count NULL exactly, and bounds of whole numbers and dates must be values that are there. `live`: facts of the live
/// rows; `physical_rows`: deleted ones too.
std::vector<std::string> FindLies(const delta::FileStatistics& statistics,
                                  const std::vector<delta::StatisticsColumn>& columns, const parquet::FileSummary& live,
                                  std::int64_t physical_rows);

}  // namespace sluice::table
