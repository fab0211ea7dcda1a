#pragma once

#include "cli/console.h"
#include "cli/exit_code.h"
#include "core/result.h"
#include "jobs/plan_settings.h"
#include "pipeline/job_report.h"

namespace sluice::cli {

/// Shows one job to a person or a script.
class JobPrinter {
 public:
  explicit JobPrinter(Console& console) : console_(console) {}

  /// The plan of a dry run, in text form.
  void PrintPlan(const jobs::PlannedJob& job);
  /// The report: sentences, or one JSON object. The exit code it stands for.
  ExitCode PrintReport(const pipeline::JobReport& report, bool explain);

 private:
  void SayDone(const pipeline::JobReport& report);

  Console& console_;
};

}  // namespace sluice::cli
