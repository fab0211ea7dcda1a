#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/checkpoint_schema.h"
#include "delta_log/file_columns.h"
#include "delta_log/state_columns.h"
#include "storage/environment.h"

namespace sluice::delta_log {

struct ActionFileOptions {
  std::string codec = "zstd";  ///< as delta.parquet.compression.codec
  std::int64_t row_group_rows = 100'000;
  std::uint64_t row_group_bytes = 16 << 20;  ///< of texts
};

/// Writes one Parquet file of actions, a checkpoint or a sidecar, under a temporary name.
///
/// Order:   Open WriteState? Add* Remove* Finish Publish. Threads: one at a time.
/// Memory:  one row group. Crash or destruction before Publish: the temporary file may stay behind, or is removed.
class ActionFile {
 public:
  /// Borrows environment and layout.
  static core::Result<std::unique_ptr<ActionFile>> Open(const storage::Environment& environment, std::string path,
                                                        const CheckpointLayout& layout, ActionFileOptions options);
  ~ActionFile();

  /// Everything of `actions` but files; as a row group of its own when many files follow.
  core::Status WriteState(const delta::ActionSet& actions, bool own_row_group);
  core::Status Add(const FileSegment& files, std::uint32_t row, std::string_view stats);
  core::Status Remove(const delta::RemoveFile& remove);

  /// Write the footer, sync, and read it again: Corruption when it does not hold what was written.
  core::Result<std::uint64_t> Finish();
  /// Give it its name. The folder is synced by the caller.
  core::Status Publish();

  std::uint64_t adds() const { return adds_; }
  std::uint64_t removes() const { return removes_; }
  std::uint64_t bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

 private:
  class Output;
  ActionFile(const storage::Environment& environment, std::string path, ActionFileOptions options);
  /// Count a row, and write the row group when it is full.
  core::Status EndRow();
  core::Status Flush();
  core::Status Verify() const;

  const storage::Environment& environment_;
  const std::string path_;
  const ActionFileOptions options_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<Output> output_;
  std::unique_ptr<StateColumns> state_columns_;
  std::unique_ptr<AddColumnWriter> add_column_;
  std::unique_ptr<RemoveColumnWriter> remove_column_;
  std::string temporary_;  // empty: there is none any more
  std::int64_t group_rows_ = 0;
  std::int64_t rows_ = 0;
  std::uint64_t adds_ = 0;
  std::uint64_t removes_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace sluice::delta_log
