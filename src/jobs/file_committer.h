#pragma once

#include "jobs/environment.h"
#include "jobs/parquet_sink.h"
#include "pipeline/source.h"

namespace sluice::jobs {

/// Renames what the tasks wrote to its final names: one set, each folder synced once. Rejects of several tasks that
/// share one file are joined in the order of the tasks. Files that the plan supersedes are removed last.
class FileCommitter final : public pipeline::Committer {
 public:
  /// Tasks of other processes (`publisher`) can have been done more than once: what the other attempts wrote aside is
  /// removed.
  FileCommitter(const Environment& environment, Publisher publisher)
      : environment_(environment), publisher_(publisher) {}
  core::Result<pipeline::CommitOutcome> Commit(const pipeline::Plan& plan,
                                               std::span<const pipeline::TaskReport> reports) override;

 private:
  const Environment& environment_;
  Publisher publisher_;
};

}  // namespace sluice::jobs
