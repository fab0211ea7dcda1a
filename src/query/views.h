#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "query/library.h"
#include "query/session.h"
#include "storage/file_system.h"
#include "storage/published_file.h"

namespace sluice::query {

/// Files that are read as one table.
struct TableSource {
  /// A folder of Parquet files (with `name=value` folders or not), one file, or a pattern. Files by suffix: .parquet,
  /// .csv, .tsv, .json, .ndjson, .jsonl, also with .gz and .zst.
  std::string path = {};
  /// nullopt: when the folders are named `name=value`.
  std::optional<bool> hive_partitioning = std::nullopt;
  /// Columns are matched by name; files without a column give NULL.
  bool union_by_name = true;
};

/// The table function call that reads a source: "read_parquet('out/**/*.parquet', union_by_name = true)". A folder or
/// file that is there is taken literally, whatever characters its name holds; Unsupported for other suffixes.
core::Result<std::string> ScanSql(storage::FileSystem& files, const TableSource& source);

struct View {
  std::string name;
  std::string select;  ///< The query behind it: "SELECT * FROM …".
};

/// Views and macros in the order in which they are made; later ones may use earlier ones.
struct ViewSet {
  std::vector<View> views;
  /// Whole statements: "CREATE OR REPLACE MACRO slow(ms) AS TABLE SELECT …".
  std::vector<std::string> macros;

  /// Add a view over files.
  core::Status AddTable(storage::FileSystem& files, std::string name, const TableSource& source);
};

/// The statements that make a set, for any DuckDB: `CREATE OR REPLACE VIEW … AS …;` and the macros. InvalidInput for
/// names that cannot be used, a view that is not one SELECT, and a macro that is not one CREATE MACRO. Needs no
/// library.
core::Result<std::string> ViewsSql(const ViewSet& set);

/// Make the views and macros in a session. An error names the view; a table without files is NotFound.
core::Status CreateViews(Session& session, const ViewSet& set);

/// Write a DuckDB database file that holds the views and macros and no rows, to be opened without Sluice. It is written
/// aside and synced; Publish it with PublishMode::kReplace. `unique` and `owner` as for PublishedFile. Paths inside are
/// those of the sources: absolute ones work from every folder. Local files only.
core::Result<storage::FinishedFile> BuildViewsDatabase(std::shared_ptr<const Library> library,
                                                       storage::FileSystem& files, const std::string& final_path,
                                                       const std::string& unique, const std::string& owner,
                                                       const ViewSet& set);

}  // namespace sluice::query
