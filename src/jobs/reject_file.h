#pragma once

#include <memory>
#include <string>
#include <utility>

#include "columns/reject.h"
#include "core/result.h"
#include "pipeline/task_report.h"
#include "storage/file_system.h"
#include "storage/published_file.h"

namespace sluice::jobs {

/// The rejected rows of a task as NDJSON, written aside; made with the first one.
///
/// Order: Add* Finish. Threads: one at a time.
class RejectFile {
 public:
  RejectFile(storage::FileSystem& files, std::string path, std::string unique, std::string owner)
      : files_(files), path_(std::move(path)), unique_(std::move(unique)), owner_(std::move(owner)) {}

  core::Status Add(const columns::Reject& reject);
  /// Fills the report's rejects, if there are any.
  core::Status Finish(pipeline::TaskReport& report);

 private:
  static constexpr std::size_t kBytesHeld = std::size_t{64} << 10;

  core::Status WriteLines();

  storage::FileSystem& files_;
  std::string path_;
  std::string unique_;
  std::string owner_;
  std::unique_ptr<storage::PublishedFile> file_;
  std::string lines_;  // not yet in file_
};

/// A file that waits for its commit, as a report tells of it.
pipeline::PendingFile Pending(const storage::FinishedFile& file);

}  // namespace sluice::jobs
