#include "sluice/snapshot.h"

#include <arrow/c/bridge.h>
#include <arrow/type.h>

#include <utility>

#include "delta/arrow_types.h"
#include "delta_log/table_location.h"
#include "expression/parser.h"
#include "library/engine_state.h"
#include "library/guarded.h"
#include "library/row_stream.h"
#include "library/snapshot_state.h"
#include "schema/arrow_error.h"
#include "table/file_condition.h"
#include "table/scan.h"
#include "table/scan_plan.h"
#include "table/table_summary.h"

namespace sluice {
namespace {

DataFile ToDataFile(const delta::AddFile& file, std::string statistics) {
  DataFile made{.path = file.path,
                .bytes = file.size_bytes,
                .modified_ms = file.modification_time_ms,
                .deleted_rows = file.deletion_vector ? file.deletion_vector->cardinality : 0,
                .statistics = std::move(statistics)};
  made.partition_values.insert(file.partition_values.begin(), file.partition_values.end());
  return made;
}

core::Result<TableDescription> DescriptionOf(const delta_log::Snapshot& snapshot) {
  SLUICE_ASSIGN_OR_RETURN(table::TableSummary summary, table::Summarize(snapshot));
  TableDescription made{.id = snapshot.metadata.id,
                        .name = snapshot.metadata.name,
                        .description = snapshot.metadata.description,
                        .created_ms = snapshot.metadata.created_time_ms,
                        .rows = summary.rows,
                        .partition_columns = snapshot.metadata.partition_columns,
                        .clustering_columns = std::move(summary.clustering_columns),
                        .min_reader_version = snapshot.protocol.min_reader_version,
                        .min_writer_version = snapshot.protocol.min_writer_version,
                        .reader_features = snapshot.protocol.reader_features.value_or(std::vector<std::string>()),
                        .writer_features = snapshot.protocol.writer_features.value_or(std::vector<std::string>())};
  made.properties.insert(snapshot.metadata.configuration.begin(), snapshot.metadata.configuration.end());
  for (const auto& [app, transaction] : snapshot.transactions) made.transactions[app] = transaction.version;
  for (const auto& [name, domain] : snapshot.domains) made.domains[name] = domain.configuration;
  return made;
}

core::Result<FileList> ListFiles(const delta_log::Snapshot& snapshot, std::string_view where) {
  std::optional<expression::Expression> condition;
  if (!where.empty()) {
    SLUICE_ASSIGN_OR_RETURN(condition, table::BindCondition(snapshot, std::string(where)));
  }
  SLUICE_ASSIGN_OR_RETURN(const table::ScanPlan plan, table::PlanScan(snapshot, condition, {.with_reasons = true}));
  std::vector<delta_log::FileRef> refs;
  for (const table::PlannedFile& file : plan.files) refs.push_back(file.file);
  SLUICE_ASSIGN_OR_RETURN(auto statistics, snapshot.files.LoadStats(refs));
  FileList list;
  list.files.reserve(refs.size());
  for (std::size_t i = 0; i < refs.size(); ++i) {
    list.files.push_back(ToDataFile(snapshot.files.Get(refs[i]), std::move(statistics[i])));
  }
  for (const table::SkippedFile& file : plan.skipped) {
    list.skipped.push_back({std::string(snapshot.files.path(file.file)), file.reason});
  }
  return list;
}

core::Status ScanInto(const Snapshot::State& state, const ScanOptions& options, ArrowArrayStream* out) {
  table::ScanRequest request{.columns = options.columns, .extra = {.row_ids = options.row_ids}};
  if (!options.where.empty()) {
    SLUICE_ASSIGN_OR_RETURN(request.condition, expression::Parse(options.where));
  }
  SLUICE_ASSIGN_OR_RETURN(auto opened, table::Scan::Open(state.engine->environment, state.held, request));
  const std::shared_ptr<table::Scan> scan = std::move(opened);
  return library::ExportRows(
      state.engine, scan->schema(),
      [scan]() -> core::Result<std::shared_ptr<arrow::RecordBatch>> {
        SLUICE_ASSIGN_OR_RETURN(auto read, scan->Next());
        return read ? std::move(read->rows) : nullptr;
      },
      out);
}

}  // namespace

Result<Snapshot> Snapshot::Open(const Engine& engine, std::string_view location) {
  return library::Guarded([&]() -> core::Result<Snapshot> {
    const storage::Environment& environment = engine.state()->environment;
    SLUICE_ASSIGN_OR_RETURN(const auto place, delta_log::ParseTableLocation(environment.files, location));
    SLUICE_ASSIGN_OR_RETURN(const auto version, delta_log::ResolveVersion(environment, place));
    SLUICE_ASSIGN_OR_RETURN(auto held, delta_log::OpenSnapshot(environment, place.root, version));
    return library::MakeSnapshot(engine.state(), std::move(held));
  });
}

const std::string& Snapshot::path() const { return state_->held->root; }
std::int64_t Snapshot::version() const { return state_->held->version; }
std::uint64_t Snapshot::file_count() const { return state_->held->files.size(); }
std::int64_t Snapshot::size_bytes() const { return state_->held->files.size_bytes(); }
const std::vector<std::string>& Snapshot::notes() const { return state_->held->notes; }

std::optional<std::int64_t> Snapshot::TransactionVersion(std::string_view app) const {
  const auto found = state_->held->transactions.find(app);
  return found == state_->held->transactions.end() ? std::nullopt : std::optional(found->second.version);
}

Result<TableDescription> Snapshot::Describe() const {
  return library::Guarded([&] { return DescriptionOf(*state_->held); });
}

Status Snapshot::ExportSchema(ArrowSchema* out) const {
  return library::Guarded([&]() -> core::Status {
    SLUICE_ASSIGN_OR_RETURN(const auto schema, delta::ToArrow(state_->held->schema));
    SLUICE_TRY(arrow::ExportSchema(*schema, out));
    return core::Ok();
  });
}

Result<FileList> Snapshot::Files(std::string_view where) const {
  return library::Guarded([&] { return ListFiles(*state_->held, where); });
}

Status Snapshot::Scan(const ScanOptions& options, ArrowArrayStream* out) const {
  return library::Guarded([&] { return ScanInto(*state_, options, out); });
}

}  // namespace sluice
