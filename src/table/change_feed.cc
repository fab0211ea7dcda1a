#include "table/change_feed.h"

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
                .WithHint("was it vacuumed? changes can be read as long as the files of both sides are kept");
  }
  return std::move(error).WithContext(fmt::format("while reading the changes of version {}", version));
}

}  // namespace

ChangeFeed::ChangeFeed(const storage::Environment& environment, ChangePlan plan, bool allow_outside,
                       std::shared_ptr<const RowLayout> given, std::shared_ptr<const RowLayout> in_file)
    : environment_(environment),
      plan_(std::move(plan)),
      allow_outside_(allow_outside),
      given_(std::move(given)),
      in_file_(std::move(in_file)),
      files_(environment, plan_.files.size(), [this](std::size_t index) {
        auto opened = OpenFile(plan_.files[index]);
        return opened.has_value() ? std::move(opened) : Explain(std::move(opened).error(), plan_.files[index].version);
      }) {}

ChangeFeed::~ChangeFeed() = default;

core::Result<std::unique_ptr<ChangeFeed>> ChangeFeed::Open(const storage::Environment& environment,
                                                           const std::string& root, const ChangeRequest& request) {
  SLUICE_ASSIGN_OR_RETURN(ChangePlan plan, PlanChanges(environment, root, request.first_version, request.last_version));
  const auto layout = [&](ExtraColumns::Changes changes) {
    return RowLayout::Make(*plan.last, request.columns, std::nullopt, {.changes = changes});
  };
  SLUICE_ASSIGN_OR_RETURN(auto given, layout(ExtraColumns::Changes::kGiven));
  SLUICE_ASSIGN_OR_RETURN(auto in_file, layout(ExtraColumns::Changes::kInFile));
  return std::unique_ptr<ChangeFeed>(
      new ChangeFeed(environment, std::move(plan), request.allow_outside, std::move(given), std::move(in_file)));
}

core::Result<std::unique_ptr<FileScan>> ChangeFeed::OpenFile(const ChangedFile& file) const {
  const std::string& root = plan_.last->root;
  const auto load = [&](const std::optional<delta::DeletionVectorDescriptor>& vector)
      -> core::Result<std::shared_ptr<const delta::RowSet>> {
    if (!vector || vector->cardinality == 0) return std::shared_ptr<const delta::RowSet>();
    return LoadDeletionVector(environment_.files, root, *vector, allow_outside_);
  };
  FileSource source{.partition_values = file.partition_values,
                    .change = {.type = file.change_type, .version = file.version, .timestamp_ms = file.timestamp_ms}};
  SLUICE_ASSIGN_OR_RETURN(source.path, delta::ResolveFilePath(file.path, root, allow_outside_));
  SLUICE_ASSIGN_OR_RETURN(auto vector, load(file.vector));
  if (file.rows == ChangedFile::Rows::kMarked) {
    delta::RowSet rows = vector ? *vector : delta::RowSet();
    SLUICE_ASSIGN_OR_RETURN(const auto before, load(file.before));
    if (before) rows.Subtract(*before);
    source.only = std::make_shared<const delta::RowSet>(std::move(rows));
  } else {
    source.deleted = std::move(vector);
  }
  return FileScan::Open(environment_, std::move(source), file.rows == ChangedFile::Rows::kTyped ? in_file_ : given_);
}

core::Result<std::shared_ptr<arrow::RecordBatch>> ChangeFeed::Next() {
  SLUICE_ASSIGN_OR_RETURN(auto next, files_.Next());
  return next ? std::move(next->rows) : nullptr;
}

}  // namespace sluice::table
