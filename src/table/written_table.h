#pragma once

#include <arrow/api.h>
#include <arrow/json/from_string.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "delta/arrow_types.h"
#include "delta_log/snapshot.h"
#include "delta_log/test_environment.h"
#include "schema/arrow_mapping.h"
#include "storage/memory_file_system.h"
#include "table/row_text.h"
#include "table/scan.h"
#include "table/table_write.h"
#include "tests/support/result_matchers.h"

namespace sluice::table {

using SnapshotPointer = std::shared_ptr<const delta_log::Snapshot>;

/// Rows from JSON: a list of objects.
inline std::shared_ptr<arrow::RecordBatch> RowsOf(const arrow::FieldVector& fields, const std::string& json) {
  const auto rows = arrow::json::ArrayFromJSONString(arrow::struct_(fields), json).ValueOrDie();
  return arrow::RecordBatch::FromStructArray(rows).ValueOrDie();
}

/// Rows as texts, sorted.
inline std::vector<std::string> TextsOf(const arrow::RecordBatch& rows) {
  std::vector<std::string> texts;
  AppendRowTexts(rows, texts);
  std::sort(texts.begin(), texts.end());
  return texts;
}

inline core::Result<std::vector<std::string>> ReadTexts(const storage::Environment& environment,
                                                        const SnapshotPointer& snapshot,
                                                        const ScanRequest& request = {}) {
  SLUICE_ASSIGN_OR_RETURN(const auto scan, Scan::Open(environment, snapshot, request));
  std::vector<std::string> texts;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const auto next, scan->Next());
    if (!next) break;
    AppendRowTexts(*next->rows, texts);
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

inline delta::TableSchema SchemaOf(const arrow::FieldVector& fields) {
  return *delta::FromEngineSchema(*schema::FromArrow(arrow::Schema(fields)));
}

/// Write rows into a table that is there, in one commit.
inline core::Result<TableChange> WriteRows(const storage::Environment& environment, const SnapshotPointer& snapshot,
                                           const arrow::RecordBatch& rows, WriteRequest request = {}) {
  SLUICE_ASSIGN_OR_RETURN(const auto write,
                          TableWrite::Open(environment, snapshot, *rows.schema(), std::move(request)));
  SLUICE_TRY(write->Write(rows));
  return write->Commit();
}

/// Create a table with rows, in one commit.
inline core::Result<TableChange> CreateWithRows(const storage::Environment& environment, const std::string& root,
                                                const arrow::RecordBatch& rows, CreateRequest request = {}) {
  if (request.schema.fields.empty()) request.schema = SchemaOf(rows.schema()->fields());
  SLUICE_ASSIGN_OR_RETURN(NewTable table, PlanTable(environment, root, std::move(request)));
  SLUICE_ASSIGN_OR_RETURN(const auto write, TableWrite::Create(environment, std::move(table), *rows.schema(), {}));
  SLUICE_TRY(write->Write(rows));
  return write->Commit();
}

/// A table in memory that tests write to.
struct WrittenTable {
  static constexpr const char* kRoot = "t";

  explicit WrittenTable(std::uint64_t seed = 7) : test(files, seed) {}

  const storage::Environment& environment() { return test.environment; }
  core::Result<TableChange> Create(const arrow::RecordBatch& rows, CreateRequest request = {}) {
    return CreateWithRows(environment(), kRoot, rows, std::move(request));
  }
  core::Result<TableChange> Write(const arrow::RecordBatch& rows, WriteRequest request = {}) {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, Open());
    return WriteRows(environment(), snapshot, rows, std::move(request));
  }
  core::Result<SnapshotPointer> Open(std::optional<std::int64_t> version = std::nullopt) {
    return delta_log::OpenSnapshot(environment(), kRoot, version);
  }
  /// The rows of the newest version, or of another one, or those that satisfy a condition.
  core::Result<std::vector<std::string>> Read(std::optional<std::int64_t> version = std::nullopt,
                                              const ScanRequest& request = {}) {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, Open(version));
    return ReadTexts(environment(), snapshot, request);
  }
  /// Paths of all files but those of the log.
  std::vector<std::string> DataFiles() const {
    std::vector<std::string> paths;
    for (const auto& [path, bytes] : files.Contents()) {
      if (path.find("/_delta_log/") == std::string::npos) paths.push_back(path);
    }
    return paths;
  }

  storage::MemoryFileSystem files;
  delta_log::TestEnvironment test;
};

}  // namespace sluice::table
