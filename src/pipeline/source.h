#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "columns/reject.h"
#include "columns/row_reader.h"
#include "core/result.h"
#include "pipeline/plan.h"
#include "pipeline/task_report.h"

namespace sluice::pipeline {

/// Where the rows of a task come from. Threads: any; each opened reader is independent.
class Source {
 public:
  virtual ~Source() = default;
  virtual core::Result<std::unique_ptr<columns::RowReader>> Open(const Plan& plan, const PlannedTask& task) = 0;
};

/// Takes the rows of one task and writes them aside; it never publishes.
///
/// Order: Write* Reject* (in any order) Finish. Threads: one at a time.
/// Crash: an unfinished writer leaves at most temporary files, which a later run removes.
class TaskWriter {
 public:
  virtual ~TaskWriter() = default;
  virtual core::Status Write(std::shared_ptr<arrow::RecordBatch> rows) = 0;
  virtual core::Status Reject(const columns::Reject& reject) = 0;
  /// Flush and fsync everything; fills the output, rejects and encodings of `report`.
  virtual core::Status Finish(TaskReport& report) = 0;
};

/// Where the rows of a task go. Threads: any; each opened writer is independent.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual core::Result<std::unique_ptr<TaskWriter>> Open(const Plan& plan, const PlannedTask& task,
                                                         const schema::Schema& schema) = 0;
};

struct Committed {
  std::vector<PendingFile> published;
  /// The target had these rows already, by their application's version; nothing was published.
  bool already_applied = false;
};
struct CommitConflict {
  std::string what;  ///< who was first, and where
};
struct CommitUnknown {
  std::string what;  ///< what to look at before doing it again
};

/// How a commit ended. Expected outcomes are values; an Error means that it did not take place.
using CommitOutcome = std::variant<Committed, CommitConflict, CommitUnknown>;

/// Publishes what the tasks wrote, all at once. Running the same commit twice publishes once.
class Committer {
 public:
  virtual ~Committer() = default;
  virtual core::Result<CommitOutcome> Commit(const Plan& plan, std::span<const TaskReport> reports) = 0;
};

}  // namespace sluice::pipeline
