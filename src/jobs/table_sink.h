#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "jobs/environment.h"
#include "jobs/parquet_sink.h"
#include "jobs/plan_settings.h"
#include "jobs/table_output.h"
#include "pipeline/source.h"
#include "table/table_change.h"

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

/// Puts what the tasks wrote into the table, in one commit, and publishes the rejects. The tasks of an export are
/// outputs of their own: each is one commit, by its transaction done once however often it is tried. A conflict leaves
/// those before it in the table and the files in their place: the same commit again goes on.
class TableCommitter final : public pipeline::Committer {
 public:
  /// What other processes wrote is put in once, however often it is committed.
  TableCommitter(const Environment& environment, const PlanSettings& settings, Publisher publisher)
      : environment_(environment), settings_(settings), publisher_(publisher) {}
  core::Result<pipeline::CommitOutcome> Commit(const pipeline::Plan& plan,
                                               std::span<const pipeline::TaskReport> reports) override;

 private:
  core::Status CommitTogether(const pipeline::Plan& plan, std::span<const pipeline::TaskReport> reports);
  core::Status CommitOutputs(const pipeline::Plan& plan, std::span<const pipeline::TaskReport> reports);
  core::Status CommitOutput(const pipeline::Plan& plan, const pipeline::PlannedTask& task,
                            const pipeline::TaskReport& report);
  core::Status CommitWithRejects(std::span<const pipeline::TaskReport> reports,
                                 const std::function<core::Result<table::TableChange>()>& commit);
  core::Result<table::TableChange> PutOutput(const std::string& root, const pipeline::Plan& plan,
                                             const TableOutput& output, const pipeline::TaskReport& report);
  void RemoveUnused(const table::TableChange& change, std::span<const pipeline::TaskReport> reports) const;

  const Environment& environment_;
  const PlanSettings& settings_;
  Publisher publisher_;
  bool already_applied_ = false;  // what was committed last
};

/// Remove the data files that the log lines of these reports name: their commit will not be.
void RemoveTableFiles(const Environment& environment, std::span<const pipeline::TaskReport> reports);

}  // namespace sluice::jobs
