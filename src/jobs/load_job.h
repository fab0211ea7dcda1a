#pragma once

#include <optional>
#include <string>

#include "core/waiter.h"
#include "jobs/config.h"
#include "jobs/environment.h"
#include "pipeline/job_report.h"
#include "pipeline/ledger.h"
#include "warehouse/load_report.h"

namespace sluice::jobs {

/// What became of a load job.
struct LoadedJob {
  pipeline::JobReport report = {};                 ///< of what this run did; files of earlier loads are not in it
  std::optional<warehouse::LoadReport> load = {};  ///< empty when the load could not begin
};

/// What loads run with. Borrowed.
struct LoadContext {
  const Environment& environment;
  core::Waiter& waiter;
  pipeline::Ledger* ledger;  ///< null for a dry run without a ledger
  EnvironmentLookup variable = {};
  std::string run = {};
  bool dry_run = false;
};

/// Run a job of kind load, as `sluice load` does with its folder, target and flags. A connection's password is read now
/// and serves instead of every variable that a target would look for.
LoadedJob RunLoad(const JobConfig& job, const LoadContext& context);

}  // namespace sluice::jobs
