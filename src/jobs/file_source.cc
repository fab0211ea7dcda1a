#include "jobs/file_source.h"

#include <fmt/format.h>

#include "jobs/concat_reader.h"
#include "jobs/open_reader.h"
#include "jobs/table_input.h"
#include "pipeline/task_runner.h"

namespace sluice::jobs {
namespace {

core::Status CheckUnchanged(const pipeline::InputFile& input, storage::FileSystem& files) {
  if (input.path == "-" || IsTable(input.path)) return core::Ok();  // a table is read at a version
  SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo info, files.Stat(input.path));
  if (info.bytes == input.bytes && info.mtime_ns == input.mtime_ns) return core::Ok();
  return core::Conflict(fmt::format("{}: changed since the plan was made", input.path)).WithHint("plan again");
}

// The columns of these stand in their records, not before them.
bool HasColumnsInRecords(InputFormat format) {
  return format == InputFormat::kJson || format == InputFormat::kNdjson || format == InputFormat::kText;
}

}  // namespace

core::Result<std::unique_ptr<columns::RowReader>> FileSource::OpenInput(const pipeline::InputFile& input,
                                                                        const PlanSettings& settings) {
  SLUICE_TRY(CheckUnchanged(input, environment_.files));
  return OpenReader(input.path, settings, environment_, opener_);
}

core::Result<std::unique_ptr<columns::RowReader>> FileSource::Open(const pipeline::Plan&,
                                                                   const pipeline::PlannedTask& task) {
  PlanSettings settings = settings_;
  SLUICE_ASSIGN_OR_RETURN(settings.spec, TaskSpec(settings_, task));
  const auto open = [this, settings](const pipeline::InputFile& input) { return OpenInput(input, settings); };
  SLUICE_ASSIGN_OR_RETURN(auto reader, ConcatReader::Open(settings.spec.ToSchema(), task.inputs, open));
  return std::unique_ptr<columns::RowReader>(std::move(reader));
}

core::Status FileSource::Look(const pipeline::PlannedTask& task, pipeline::TaskReport& report) {
  PlanSettings settings = settings_;
  SLUICE_ASSIGN_OR_RETURN(settings.spec, TaskSpec(settings_, task));
  const auto open = [&](const pipeline::InputFile& input) -> core::Result<std::unique_ptr<columns::RowReader>> {
    SLUICE_ASSIGN_OR_RETURN(auto reader, OpenInput(input, settings));
    SLUICE_ASSIGN_OR_RETURN(const InputFormat format, FormatFor(input.path, settings.read));
    if (HasColumnsInRecords(format)) SLUICE_TRY(reader->Next());
    return reader;
  };
  SLUICE_ASSIGN_OR_RETURN(auto reader, ConcatReader::Open(settings.spec.ToSchema(), task.inputs, open));
  SLUICE_TRY(reader->SkipRows());
  for (const auto& finding : reader->findings()) report.findings.push_back(pipeline::DescribeFinding(finding));
  report.notes = reader->notes();
  return core::Ok();
}

}  // namespace sluice::jobs
