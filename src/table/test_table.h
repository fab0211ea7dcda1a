#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "delta_log/log_name.h"
#include "delta_log/snapshot.h"
#include "delta_log/test_environment.h"
#include "storage/memory_file_system.h"
#include "table/change_feed.h"
#include "table/row_text.h"
#include "table/scan.h"
#include "table/test_file.h"

namespace sluice::table {

/// A Delta table in memory, made of commits and Parquet files that a test writes by hand.
class TestTable {
 public:
  using Json = nlohmann::json;
  static constexpr const char* kRoot = "t";

  static Json Field(const std::string& name, const Json& type, bool nullable = true,
                    const Json& metadata = Json::object()) {
    return {{"name", name}, {"type", type}, {"nullable", nullable}, {"metadata", metadata}};
  }
  static Json Metadata(const std::vector<Json>& fields, const std::vector<std::string>& partitions = {},
                       const Json& configuration = Json::object()) {
    const Json schema = {{"type", "struct"}, {"fields", fields}};
    return {{"metaData",
             {{"id", "t"},
              {"format", {{"provider", "parquet"}, {"options", Json::object()}}},
              {"schemaString", schema.dump()},
              {"partitionColumns", partitions},
              {"configuration", configuration}}}};
  }
  static Json Protocol() { return {{"protocol", {{"minReaderVersion", 1}, {"minWriterVersion", 4}}}}; }
  static Json Add(const std::string& path, const Json& more = Json::object()) {
    Json add = {{"path", path},
                {"partitionValues", Json::object()},
                {"size", 1},
                {"modificationTime", 1},
                {"dataChange", true}};
    add.update(more);
    return {{"add", add}};
  }
  static Json Remove(const std::string& path, const Json& more = Json::object()) {
    Json remove = {{"path", path}, {"deletionTimestamp", 1}, {"dataChange", true}};
    remove.update(more);
    return {{"remove", remove}};
  }

  /// The next version.
  void Commit(const std::vector<Json>& actions) {
    std::string text;
    for (const Json& action : actions) text += action.dump() + "\n";
    files.Put(fmt::format("{}/_delta_log/{:020}.json", kRoot, next_version_++), text);
  }
  /// A data file; `path` as in the file system.
  void Put(const std::string& path, const std::vector<TestColumn>& columns) {
    files.Put(fmt::format("{}/{}", kRoot, path), MakeParquet(columns));
  }

  core::Result<std::shared_ptr<const delta_log::Snapshot>> Open() {
    return delta_log::OpenSnapshot(world.environment, kRoot);
  }
  core::Result<std::unique_ptr<Scan>> OpenScan(const ScanRequest& request) {
    SLUICE_ASSIGN_OR_RETURN(auto snapshot, Open());
    return Scan::Open(world.environment, std::move(snapshot), request);
  }
  /// The rows in the order of the scan.
  core::Result<std::vector<std::string>> Read(const ScanRequest& request = {}) {
    SLUICE_ASSIGN_OR_RETURN(const auto scan, OpenScan(request));
    std::vector<std::string> rows;
    while (true) {
      SLUICE_ASSIGN_OR_RETURN(const auto next, scan->Next());
      if (!next) return rows;
      AppendRowTexts(*next->rows, rows);
    }
  }
  core::Result<std::vector<std::string>> ReadChanges(const ChangeRequest& request = {}) {
    SLUICE_ASSIGN_OR_RETURN(const auto feed, ChangeFeed::Open(world.environment, kRoot, request));
    std::vector<std::string> rows;
    while (true) {
      SLUICE_ASSIGN_OR_RETURN(const auto batch, feed->Next());
      if (!batch) return rows;
      AppendRowTexts(*batch, rows);
    }
  }

  storage::MemoryFileSystem files;
  delta_log::TestEnvironment world{files};

 private:
  int next_version_ = 0;
};

}  // namespace sluice::table
