#include "warehouse/delta_target.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "delta/arrow_types.h"
#include "delta_log/snapshot.h"
#include "parquet/reader.h"
#include "schema/arrow_mapping.h"
#include "schema/type_text.h"
#include "storage/path.h"
#include "table/new_table.h"
#include "table/table_write.h"
#include "warehouse/target_url.h"

namespace sluice::warehouse {
namespace {

using SnapshotPtr = std::shared_ptr<const delta_log::Snapshot>;
using Files = std::span<const LoadFile>;

constexpr std::size_t kFilesPerCommit = 64;

std::string ApplicationOf(const LoadFile& file) { return "sluice-recorder-" + file.recorder; }

/// Whether the table has the file.
bool IsIn(const delta_log::Snapshot& snapshot, const LoadFile& file) {
  const auto found = snapshot.transactions.find(ApplicationOf(file));
  return found != snapshot.transactions.end() && found->second.version >= static_cast<std::int64_t>(file.sequence);
}

FileOutcome Loaded(const LoadFile& file, std::int64_t version) {
  return {.fate = FileFate::kLoaded, .rows = file.rows, .query_id = fmt::format("version {}", version)};
}

bool IsOfTheFile(core::ErrorKind kind) {
  return kind == core::ErrorKind::kInvalidInput || kind == core::ErrorKind::kCorruption;
}

class DeltaTarget final : public LoadTarget {
 public:
  DeltaTarget(const storage::Environment& environment, std::string root, std::string identity)
      : environment_(environment), root_(std::move(root)), identity_(std::move(identity)) {}

  const std::string& identity() const override { return identity_; }
  TargetLimits limits() const override { return {.files_per_submit = kFilesPerCommit, .in_sequence = true}; }

  core::Result<std::optional<std::vector<TargetColumn>>> Describe() override {
    const auto snapshot = delta_log::OpenSnapshot(environment_, root_, std::nullopt);
    if (!snapshot.has_value() && snapshot.error().kind() == core::ErrorKind::kNotFound) {
      return std::optional<std::vector<TargetColumn>>();
    }
    if (!snapshot.has_value()) return snapshot.error();
    SLUICE_ASSIGN_OR_RETURN(const schema::Schema schema, delta::ToEngineSchema((*snapshot)->schema));
    std::vector<TargetColumn> columns;
    for (const schema::Field& field : schema.fields) {
      columns.push_back({.name = field.name,
                         .type = schema::FormatType(field.type),
                         .holds = field.type,
                         .nullable = field.nullable});
    }
    return std::optional(std::move(columns));
  }

  core::Status Create(const schema::Schema& schema) override {
    table::CreateRequest request;
    SLUICE_ASSIGN_OR_RETURN(request.schema, delta::FromEngineSchema(schema));
    SLUICE_ASSIGN_OR_RETURN(const table::NewTable planned, table::PlanTable(environment_, root_, std::move(request)));
    SLUICE_TRY(table::CommitNewTable(environment_, planned, {}, {}));
    return core::Ok();
  }

  core::Result<std::string> Stage(const LoadFile& /*file*/) override { return std::string(); }
  core::Status RemoveStaged(const std::string& /*stage_path*/) override { return core::Ok(); }

  core::Result<std::vector<FileOutcome>> Submit(Files files, const std::string& /*request_id*/) override {
    std::vector<FileOutcome> outcomes;
    while (outcomes.size() < files.size()) {
      const Files rest = files.subspan(outcomes.size());
      std::size_t count = 1;
      while (count < rest.size() && rest[count].recorder == rest[0].recorder) ++count;
      core::Result<std::vector<FileOutcome>> committed = Commit(rest.first(count));
      // What an earlier commit of this call did stands.
      if (!committed.has_value() && outcomes.empty()) return std::move(committed).error();
      if (!committed.has_value()) {
        const bool unknown = committed.error().kind() == core::ErrorKind::kOutcomeUnknown;
        outcomes.resize(files.size(), {.fate = unknown ? FileFate::kUnknown : FileFate::kNotLoaded,
                                       .reason = committed.error().message()});
        return outcomes;
      }
      outcomes.insert(outcomes.end(), committed->begin(), committed->end());
    }
    return outcomes;
  }

  core::Result<std::vector<FileOutcome>> Settle(Files files) override {
    SLUICE_ASSIGN_OR_RETURN(const SnapshotPtr snapshot, delta_log::OpenSnapshot(environment_, root_, std::nullopt));
    std::vector<FileOutcome> outcomes;
    for (const LoadFile& file : files) {
      outcomes.push_back(IsIn(*snapshot, file) ? Loaded(file, snapshot->version)
                                               : FileOutcome{.fate = FileFate::kNotLoaded});
    }
    return outcomes;
  }

 private:
  /// Files of one recorder, by sequence.
  core::Result<std::vector<FileOutcome>> Commit(Files files) {
    SLUICE_ASSIGN_OR_RETURN(const SnapshotPtr snapshot, delta_log::OpenSnapshot(environment_, root_, std::nullopt));
    std::vector<FileOutcome> outcomes;
    while (outcomes.size() < files.size() && IsIn(*snapshot, files[outcomes.size()])) {
      outcomes.push_back(Loaded(files[outcomes.size()], snapshot->version));
    }
    const Files rest = files.subspan(outcomes.size());
    if (files.front().recorder.empty()) {
      return core::Unsupported("the manifest does not say which recorder wrote " + files.front().file);
    }
    if (rest.empty()) return outcomes;
    const table::WriteRequest request{
        .application = table::ApplicationVersion{.app_id = ApplicationOf(rest.back()),
                                                 .version = static_cast<std::int64_t>(rest.back().sequence)}};
    SLUICE_ASSIGN_OR_RETURN(const auto write, table::TableWrite::Open(environment_, snapshot,
                                                                      *schema::ToArrow(*rest.front().schema), request));
    for (const LoadFile& file : rest) {
      const core::Status written = WriteRows(file, *write);
      if (written.has_value()) continue;
      if (!IsOfTheFile(written.error().kind())) return written.error();
      for (const LoadFile& other : rest) {
        const bool bad = &other == &file;
        outcomes.push_back({.fate = bad ? FileFate::kFailed : FileFate::kNotLoaded,
                            .reason = bad ? written.error().message() : "another file of its commit failed"});
      }
      return outcomes;
    }
    SLUICE_ASSIGN_OR_RETURN(const table::TableChange change, write->Commit());
    for (const LoadFile& file : rest) outcomes.push_back(Loaded(file, change.version));
    return outcomes;
  }

  core::Status WriteRows(const LoadFile& file, table::TableWrite& write) {
    SLUICE_ASSIGN_OR_RETURN(auto bytes, environment_.files.OpenRandomAccess(file.path));
    SLUICE_ASSIGN_OR_RETURN(auto reader,
                            parquet::Reader::Open(std::move(bytes), file.path, schema::SpecOf(*file.schema),
                                                  environment_.executor, environment_.cancellation, environment_.pool));
    std::uint64_t rows = 0;
    while (true) {
      SLUICE_TRY(environment_.cancellation.Check());
      SLUICE_ASSIGN_OR_RETURN(const std::optional<columns::RowBatch> batch, reader->Next());
      if (!batch.has_value()) break;
      if (!batch->rejects.empty()) {
        const columns::Reject& first = batch->rejects.front();
        return core::InvalidInput(fmt::format("row {}, column {}: {}", first.line, first.column, first.reason));
      }
      rows += static_cast<std::uint64_t>(batch->rows->num_rows());
      SLUICE_TRY(write.Write(*batch->rows));
    }
    if (rows == file.rows) return core::Ok();
    return core::InvalidInput(fmt::format("{} rows were read, {} were recorded", rows, file.rows));
  }

  const storage::Environment& environment_;
  std::string root_;
  std::string identity_;
};

}  // namespace

core::Result<std::unique_ptr<LoadTarget>> OpenDeltaTarget(const storage::Environment& environment,
                                                          const std::string& root) {
  std::string identity = "delta:" + storage::NormalPath(CanonicalPath(root));
  return std::make_unique<DeltaTarget>(environment, storage::NormalPath(root), std::move(identity));
}

}  // namespace sluice::warehouse
