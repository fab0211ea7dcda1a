#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/checkpoint_file.h"
#include "delta_log/file_segment.h"
#include "delta_log/log_segment.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// One checkpoint: classic, in parts, or V2 with its top file in Parquet or JSON, with or without sidecars.
///
/// Open reads the small actions; files are read when they are asked for, row group by row group on the executor, and
/// their statistics not at all. What an older or later writer did otherwise (columns missing, more columns, other
/// orders, required fields) is taken.
/// Errors: NotFound when a part is gone; Corruption, naming the file, for everything that makes a checkpoint unusable:
/// no protocol or metaData, a part, sidecar or page that is damaged, a sidecar that is missing.
/// Threads: one at a time. The environment is borrowed, its file system and pool also by the segments.
class CheckpointReader {
 public:
  static core::Result<CheckpointReader> Open(const storage::Environment& environment, const std::string& root,
                                             const CheckpointFiles& files);

  /// Everything but files: protocol, metadata, transactions, domains, sidecars.
  const delta::ActionSet& actions() const { return actions_; }

  core::Result<std::vector<std::shared_ptr<const FileSegment>>> ReadAdds() const;
  core::Result<std::vector<delta::RemoveFile>> ReadRemoves() const;

 private:
  CheckpointReader(const storage::Environment& environment, std::string root, std::int64_t version)
      : environment_(&environment), root_(std::move(root)), version_(version) {}

  core::Status OpenTopFiles(const CheckpointFiles& files);
  core::Status Check(const CheckpointFiles& files) const;
  /// What `read(file, row_group)` returns for every row group, read on the executor, in the order of files and row
  /// groups.
  template <typename Row, typename Read>
  core::Result<std::vector<Row>> ReadRowGroups(Read read) const;

  const storage::Environment* environment_;
  std::string root_;
  std::int64_t version_;
  delta::ActionSet actions_;
  std::string top_path_;                                      // for messages
  std::vector<std::shared_ptr<const CheckpointFile>> files_;  // Parquet top file or parts
};

}  // namespace sluice::delta_log
