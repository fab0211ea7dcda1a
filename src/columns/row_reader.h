#pragma once

#include <arrow/record_batch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns/reject.h"
#include "core/result.h"
#include "schema/type.h"

namespace sluice::columns {

/// Some rows of an input, in input order, with the records among them that were rejected.
struct RowBatch {
  std::shared_ptr<arrow::RecordBatch> rows;
  std::vector<Reject> rejects;
  /// Bytes of the input as stored (compressed) that were consumed up to the end of this batch; for progress.
  std::uint64_t bytes_read = 0;
};

/// How one input column of a reader met the schema; "added", "missing", … are the report's words.
struct ColumnFinding {
  enum class Kind : std::uint8_t { kAdded, kMissing, kReordered, kRenamed, kWidened, kIgnored };
  Kind kind;
  std::string column;
  std::string detail;  ///< "int64 → float64", "as 'table'", …
};

/// A stream of typed rows: what each format room makes of its bytes.
///
/// Order: Next* until it returns nullopt or an error. Threads: one at a time; a reader may work ahead on an Executor.
/// The batches depend on the input and the options only, never on threads or timing, so that outputs are the same
/// bytes on every run. `rows->num_rows() + rejects.size()`, summed, is every record of the input.
class RowReader {
 public:
  virtual ~RowReader() = default;
  virtual const schema::Schema& schema() const = 0;
  virtual core::Result<std::optional<RowBatch>> Next() = 0;
  /// What was found about columns; complete once the reader was opened (CSV, Parquet) or read to its end (JSON).
  virtual const std::vector<ColumnFinding>& findings() const = 0;
  /// Things to tell the user that are no errors ("delimiter ';' found by sniffing").
  virtual const std::vector<std::string>& notes() const = 0;
};

}  // namespace sluice::columns
