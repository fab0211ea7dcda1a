#pragma once

#include <memory>

#include "jobs/environment.h"
#include "jobs/parquet_sink.h"
#include "jobs/plan_settings.h"
#include "pipeline/source.h"

namespace sluice::jobs {

/// Data files of a Delta table, under their final names, which nothing names before the commit. The task's report
/// carries the log lines that will name them.
class TableSink final : public pipeline::Sink {
 public:
  TableSink(const Environment& environment, const PlanSettings& settings, Publisher publisher)
      : environment_(environment), settings_(settings), publisher_(publisher) {}
  core::Result<std::unique_ptr<pipeline::TaskWriter>> Open(const pipeline::Plan& plan,
                                                           const pipeline::PlannedTask& task,
                                                           const schema::Schema& schema) override;

 private:
  const Environment& environment_;
  const PlanSettings& settings_;
  Publisher publisher_;
};

/// Puts what the tasks wrote into the table, in one commit; then publishes the rejects.
class TableCommitter final : public pipeline::Committer {
 public:
  /// What other processes wrote is put in once, however often it is committed.
  TableCommitter(const Environment& environment, const PlanSettings& settings, Publisher publisher)
      : environment_(environment), settings_(settings), publisher_(publisher) {}
  core::Result<pipeline::CommitOutcome> Commit(const pipeline::Plan& plan,
                                               std::span<const pipeline::TaskReport> reports) override;

 private:
  const Environment& environment_;
  const PlanSettings& settings_;
  Publisher publisher_;
};

/// Remove the data files that the log lines of these reports name: their commit will not be.
void RemoveTableFiles(const Environment& environment, std::span<const pipeline::TaskReport> reports);

}  // namespace sluice::jobs
