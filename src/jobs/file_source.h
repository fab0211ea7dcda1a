#pragma once

#include <memory>

#include "jobs/environment.h"
#include "jobs/input_opener.h"
#include "jobs/plan_settings.h"
#include "pipeline/source.h"
#include "pipeline/task_report.h"

namespace sluice::jobs {

/// The rows of a task's files, read as the plan's settings say. An input that changed since the plan was made is a
/// Conflict.
class FileSource final : public pipeline::Source {
 public:
  FileSource(const Environment& environment, InputOpener& opener, const PlanSettings& settings)
      : environment_(environment), opener_(opener), settings_(settings) {}
  core::Result<std::unique_ptr<columns::RowReader>> Open(const pipeline::Plan& plan,
                                                         const pipeline::PlannedTask& task) override;

  /// Open the inputs of `task` one after the other, as Open does, and read no rows: the same refusals, findings and
  /// notes as far as a header or a footer tells them. Of JSON and text a first batch is looked at.
  core::Status Look(const pipeline::PlannedTask& task, pipeline::TaskReport& report);

 private:
  core::Result<std::unique_ptr<columns::RowReader>> OpenInput(const pipeline::InputFile& input,
                                                              const PlanSettings& settings);

  const Environment& environment_;
  InputOpener& opener_;
  const PlanSettings& settings_;
};

}  // namespace sluice::jobs
