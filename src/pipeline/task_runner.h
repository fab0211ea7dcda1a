#pragma once

#include <span>
#include <string>

#include "core/cancellation.h"
#include "core/clock.h"
#include "core/result.h"
#include "pipeline/plan.h"
#include "pipeline/progress.h"
#include "pipeline/source.h"
#include "pipeline/task_report.h"

namespace sluice::pipeline {

/// What tasks run with. Borrowed; outlives the call.
struct TaskContext {
  Source& source;
  Sink& sink;
  const core::Clock& clock;
  const core::Cancellation& cancellation;
  Progress& progress;
};

/// Move the rows of one task. `report` is filled as far as the task got, also when it fails.
///
/// Fails with InvalidInput as soon as the rejects of this task alone exceed the plan's budget. The final word on the
/// budget, over all tasks, is CheckRejectBudget's.
core::Status RunTask(const Plan& plan, const PlannedTask& task, const TaskContext& context, TaskReport& report);

/// A finding in one line for people: "column 'v' missing".
std::string DescribeFinding(const columns::ColumnFinding& finding);

/// A rejected row in one line for people: "in.csv:7: column 'v': not an int64: 7,x".
std::string DescribeReject(const columns::Reject& reject);

/// InvalidInput naming the first rejected rows when all reports together exceed the plan's budget.
core::Status CheckRejectBudget(const Plan& plan, std::span<const TaskReport> reports);

/// InvalidInput when the reports are not exactly one for each task of `plan`.
core::Status CheckReports(const Plan& plan, std::span<const TaskReport> reports);

}  // namespace sluice::pipeline
