#pragma once

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "delta_log/log_name.h"
#include "delta_log/naive_replayer.h"
#include "delta_log/snapshot.h"
#include "delta_log/test_environment.h"
#include "storage/memory_file_system.h"

namespace sluice::delta_log {

// Lines of commits.
inline constexpr const char* kProtocolLine = R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})";
inline constexpr const char* kMetadataLine =
    R"({"metaData":{"id":"t","format":{"provider":"parquet","options":{}},"schemaString":)"
    R"("{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}",)"
    R"("partitionColumns":[],"configuration":{}}})";
std::string AddLine(const std::string& path, const std::string& vector = "", std::int64_t size = 10);
std::string RemoveLine(const std::string& path, const std::string& vector = "");

/// The columns that Spark gives a classic checkpoint, and those of version 2.
std::shared_ptr<arrow::DataType> CheckpointType();

/// A log in memory.
class TestLog : public ::testing::Test {
 protected:
  static constexpr const char* kRoot = "t";

  /// Put a commit with these lines.
  void Commit(std::int64_t version, const std::vector<std::string>& lines);
  /// A protocol, metadata and one file.
  void CommitFirst() { Commit(0, {kProtocolLine, kMetadataLine, AddLine("f0")}); }
  /// One file a commit, named after the version.
  void CommitFiles(std::int64_t first, std::int64_t last);
  /// Put a Parquet file whose rows are given as JSON, as Arrow reads them; maps are lists of pairs.
  void PutParquet(const std::string& path, const std::string& rows,
                  const std::shared_ptr<arrow::DataType>& type = CheckpointType(), std::int64_t row_group_rows = 1000);
  /// A classic checkpoint of files f0 … f`version`.
  void PutCheckpoint(std::int64_t version);
  /// Rows of a checkpoint with protocol and metadata, and those of files; to be joined by commas between brackets.
  static std::string StateRows();
  static std::string AddRow(const std::string& path);

  core::Result<std::shared_ptr<const Snapshot>> Open(std::optional<std::int64_t> version = std::nullopt) {
    return OpenSnapshot(world_.environment, kRoot, version);
  }
  /// The paths of the live files, sorted.
  static std::vector<std::string> Paths(const Snapshot& snapshot);

  storage::MemoryFileSystem files_;
  TestEnvironment world_{files_};
};

}  // namespace sluice::delta_log
