#include "table/scan.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <utility>

#include "delta/path.h"
#include "table/deletion_vector_file.h"

namespace sluice::table {
namespace {

core::Error Explain(core::Error error, std::int64_t version) {
  if (error.kind() == core::ErrorKind::kNotFound) {
    error = std::move(error)
                .WithPrefix(fmt::format("version {} needs a file that is not there: ", version))
                .WithHint("was it vacuumed? versions older than the retention time can be known to the log and gone");
  }
  return std::move(error).WithContext(fmt::format("while reading version {}", version));
}

}  // namespace

Scan::Scan(const storage::Environment& environment, std::shared_ptr<const delta_log::Snapshot> snapshot,
           std::shared_ptr<const RowLayout> layout, bool allow_outside, ScanPlan plan)
    : environment_(environment),
      snapshot_(std::move(snapshot)),
      layout_(std::move(layout)),
      allow_outside_(allow_outside),
      plan_(std::move(plan)),
      files_(environment, plan_.files.size(), [this](std::size_t index) {
        auto opened = OpenFile(index);
        return opened.has_value() ? std::move(opened) : Explain(std::move(opened).error(), snapshot_->version);
      }) {}

Scan::~Scan() = default;

core::Result<std::unique_ptr<Scan>> Scan::Open(const storage::Environment& environment,
                                               std::shared_ptr<const delta_log::Snapshot> snapshot,
                                               const ScanRequest& request, std::optional<ScanPlan> plan) {
  auto layout = RowLayout::Make(*snapshot, request.columns, request.condition, request.extra);
  if (!layout.has_value()) return std::move(layout).error().WithPrefix(snapshot->root + ": ");
  if (!plan) {
    SLUICE_ASSIGN_OR_RETURN(plan, PlanScan(*snapshot, (*layout)->condition, request.planning));
  }
  return std::unique_ptr<Scan>(
      new Scan(environment, std::move(snapshot), *std::move(layout), request.allow_outside, *std::move(plan)));
}

core::Result<std::unique_ptr<FileScan>> Scan::OpenFile(std::size_t index) const {
  const PlannedFile& planned = plan_.files[index];
  delta::AddFile add = snapshot_->files.Get(planned.file);
  FileSource source{.partition_values = std::move(add.partition_values),
                    .base_row_id = add.base_row_id,
                    .default_row_commit_version = add.default_row_commit_version,
                    .filtered = !planned.all_match};
  SLUICE_ASSIGN_OR_RETURN(source.path, delta::ResolveFilePath(add.path, snapshot_->root, allow_outside_));
  if (add.deletion_vector && add.deletion_vector->cardinality > 0) {
    SLUICE_ASSIGN_OR_RETURN(
        source.deleted, LoadDeletionVector(environment_.files, snapshot_->root, *add.deletion_vector, allow_outside_));
  }
  return FileScan::Open(environment_, std::move(source), layout_);
}

core::Result<std::optional<ScanRows>> Scan::Next() {
  SLUICE_ASSIGN_OR_RETURN(auto next, files_.Next());
  if (!next) return std::optional<ScanRows>();
  return std::optional(ScanRows{.rows = std::move(next->rows), .file = plan_.files[next->file].file});
}

}  // namespace sluice::table
