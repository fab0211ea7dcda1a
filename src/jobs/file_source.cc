#include "jobs/file_source.h"

#include <fmt/format.h>

#include "jobs/concat_reader.h"
#include "jobs/open_reader.h"

namespace sluice::jobs {
namespace {

core::Status CheckUnchanged(const pipeline::InputFile& input, storage::FileSystem& files) {
  if (input.path == "-") return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo info, files.Stat(input.path));
  if (info.bytes == input.bytes && info.mtime_ns == input.mtime_ns) return core::Ok();
  return core::Conflict(fmt::format("{}: changed since the plan was made", input.path)).WithHint("plan again");
}

}  // namespace

core::Result<std::unique_ptr<columns::RowReader>> FileSource::Open(const pipeline::Plan&,
                                                                   const pipeline::PlannedTask& task) {
  PlanSettings settings = settings_;
  SLUICE_ASSIGN_OR_RETURN(settings.spec, TaskSpec(settings_, task));
  const auto open = [this,
                     settings](const pipeline::InputFile& input) -> core::Result<std::unique_ptr<columns::RowReader>> {
    SLUICE_TRY(CheckUnchanged(input, environment_.files));
    return OpenReader(input.path, settings, environment_, opener_);
  };
  SLUICE_ASSIGN_OR_RETURN(auto reader, ConcatReader::Open(settings.spec.ToSchema(), task.inputs, open));
  return std::unique_ptr<columns::RowReader>(std::move(reader));
}

}  // namespace sluice::jobs
