#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "jobs/environment.h"
#include "query/row_source.h"
#include "table/scan_plan.h"

namespace sluice::jobs {

/// Which files of a table a query reads.
struct TableScanReport {
  std::size_t files_total = 0;
  std::size_t files_read = 0;
  std::string condition = {};             ///< by which the others were skipped; "" when there was none
  std::vector<std::string> skipped = {};  ///< path and reason of the first ones
};

/// The rows of a table for SQL. `condition` (SQL, "" for none) is what the statement asks of them: files without such
/// rows are skipped; rows are not filtered. A condition that does not fit the table skips nothing.
class TableRows final : public query::RowSource {
 public:
  static core::Result<std::shared_ptr<TableRows>> Make(const Environment& environment,
                                                       std::shared_ptr<const delta_log::Snapshot> snapshot);

  const std::shared_ptr<arrow::Schema>& schema() const override { return schema_; }
  std::uint64_t rows_estimate() const override { return 0; }
  core::Result<std::unique_ptr<query::RowStream>> Open(const std::vector<int>& columns) override;

  void set_condition(std::string condition) { condition_ = std::move(condition); }
  /// Whether a query read any of the rows.
  bool opened() const { return opened_; }
  /// The files that a query with the present condition reads and skips.
  core::Result<TableScanReport> Explain() const;

 private:
  TableRows(const Environment& environment, std::shared_ptr<const delta_log::Snapshot> snapshot,
            std::shared_ptr<arrow::Schema> schema)
      : environment_(environment), snapshot_(std::move(snapshot)), schema_(std::move(schema)) {}

  core::Result<table::ScanPlan> PlanFor(bool with_reasons) const;

  const Environment& environment_;
  std::shared_ptr<const delta_log::Snapshot> snapshot_;
  std::shared_ptr<arrow::Schema> schema_;
  std::string condition_;
  std::atomic<bool> opened_ = false;  // by a thread of DuckDB's
};

/// The change feed of the table at `root` from version `from` to `to` (or the newest), both included.
core::Result<std::shared_ptr<query::RowSource>> ChangesSource(const Environment& environment, const std::string& root,
                                                              std::int64_t from, std::optional<std::int64_t> to);

}  // namespace sluice::jobs
