#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "query/session.h"

namespace sluice::query {

/// What one scan of files did within a query.
struct FileScan {
  std::string reader;  ///< "READ_PARQUET".
  /// Files of the source, and those opened once folder names (`year=2025`) were compared with `file_filters`.
  std::uint64_t files_total = 0;
  std::uint64_t files_read = 0;
  std::string file_filters;  ///< Decided by folder names; "" when none.
  std::string row_filters;   ///< Compared with the statistics of row groups, then with the rows; "" when none.
  std::uint64_t rows_scanned = 0;
  /// Left after comparing statistics with `row_filters`, of all in the files read; 0 of 0 when DuckDB does not tell
  /// (before 2.0).
  std::uint64_t row_groups_read = 0;
  std::uint64_t row_groups_total = 0;
  std::vector<std::string> paths_read;  ///< As far as DuckDB tells (not before 1.5; long lists are shortened).
};

struct ScanReport {
  std::vector<FileScan> scans;
  std::uint64_t bytes_read = 0;  ///< 0 when DuckDB does not tell (before 1.5).
  double seconds = 0;            ///< Likewise.
};

/// Run a reading statement under EXPLAIN ANALYZE and say which files it read and skipped, and by what. The statement is
/// held to the rules of Session::Query; its rows are dropped.
core::Result<ScanReport> ReportScans(Session& session, const std::string& sql);

/// The report in words, a line or two per scan.
std::string FormatScanReport(const ScanReport& report);

}  // namespace sluice::query
