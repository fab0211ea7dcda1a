#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/result.h"
#include "jobs/config.h"
#include "jobs/environment.h"
#include "jobs/export_plan.h"
#include "pipeline/job_report.h"
#include "pipeline/ledger.h"
#include "pipeline/progress.h"

namespace sluice::jobs {

/// One output of an export once it was dealt with.
struct ExportedOutput {
  PlannedOutput planned = {};
  pipeline::JobReport report = {};
};

/// Hears of an export while it runs. Threads: the caller's.
class ExportListener {
 public:
  virtual ~ExportListener() = default;
  virtual void OnPlanned(const ExportPlan& plan) = 0;
  virtual void OnOutput(const ExportedOutput& output) = 0;
  /// The job could not be planned, or one of its inputs is missing.
  virtual void OnFailure(const std::string& job, const core::Error& error) = 0;
};

/// What exports run with, beside the environment. Borrowed.
struct ExportContext {
  const Environment& environment;
  pipeline::Ledger* ledger;  ///< null for a dry run without a ledger
  pipeline::Progress& progress;
  ExportListener& listener;
  std::string run = {};
  bool dry_run = false;
};

/// Run the chosen outputs of a job, one after the other; each is committed by itself, so that one bad input does not
/// stop the others. The reports of all outputs, the skipped ones too; a job that cannot be planned has one report with
/// an error.
std::vector<pipeline::JobReport> RunExport(const JobConfig& job, const ExportSelection& selection,
                                           const ExportContext& context);

}  // namespace sluice::jobs
