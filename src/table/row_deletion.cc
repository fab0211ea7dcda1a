#include "table/row_deletion.h"

#include <arrow/array/array_primitive.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/uuid.h"
#include "delta/deletion_vector.h"
#include "delta/path.h"
#include "delta/protocol_gate.h"
#include "delta/row_set.h"
#include "delta/statistics.h"
#include "parquet/footer.h"
#include "storage/path.h"
#include "table/deletion_vector_file.h"
#include "table/file_condition.h"
#include "table/file_sequence.h"
#include "table/scan.h"

namespace sluice::table {
namespace {

using delta_log::FileRef;

delta::Operation KindFor(const delta_log::Snapshot& snapshot, const expression::Expression& condition) {
  const auto& features = snapshot.protocol.writer_features;
  const bool vectors = snapshot.properties.enable_deletion_vectors && features &&
                       std::find(features->begin(), features->end(), "deletionVectors") != features->end();
  if (vectors) return delta::Operation::kMarkRows;
  // Readers of the change data feed see what whole files take along; rows that were copied they would not tell.
  const bool whole = snapshot.properties.enable_change_data_feed && NamesPartitionsOnly(snapshot, condition);
  return whole ? delta::Operation::kReplaceFiles : delta::Operation::kRewriteRows;
}

/// A file that loses rows.
struct HitFile {
  FileRef file = {};
  delta::AddFile add = {};                            ///< as the table has it, with statistics
  std::shared_ptr<const delta::RowSet> deleted = {};  ///< before; nullptr: none
  delta::RowSet rows = {};                            ///< that go now
  std::uint64_t physical_rows = 0;

  std::uint64_t live_rows() const { return physical_rows - (deleted ? deleted->cardinality() : 0); }
};

}  // namespace

struct RowDeletion::State {
  const storage::Environment& environment;
  std::shared_ptr<const delta_log::Snapshot> snapshot;
  expression::Expression condition;
  delta::Operation kind = delta::Operation::kRewriteRows;

  std::vector<FileRef> read = {};              // may hold rows that satisfy the condition
  std::vector<FileRef> removed = {};           // lose every row
  std::int64_t rows = 0;                       // deleted
  std::vector<delta::AddFile> marked = {};     // under their new vectors
  std::vector<FileRef> marked_files = {};      // the same ones as they were
  std::vector<delta::AddFile> rewritten = {};  // new files
  std::vector<FileRef> rewritten_files = {};   // whose rows they hold
  std::unique_ptr<DataWriter> writer = {};
  std::string vector_path = {};

  core::Status FindRows();
  core::Result<std::uint64_t> PhysicalRows(const delta::AddFile& add) const;
  core::Result<HitFile> Describe(FileRef file) const;
  core::Status TakeWhole(const std::vector<FileRef>& files);
  core::Status TakeRows(std::map<FileRef, delta::RowSet> found);
  core::Status Mark(std::vector<HitFile> hits);
  core::Status Rewrite(std::vector<HitFile> hits);
};

RowDeletion::RowDeletion(std::unique_ptr<State> state) : state_(std::move(state)) {}
RowDeletion::RowDeletion(RowDeletion&&) noexcept = default;
RowDeletion& RowDeletion::operator=(RowDeletion&&) noexcept = default;
RowDeletion::~RowDeletion() = default;

delta::Operation RowDeletion::kind() const { return state_->kind; }

core::Result<RowDeletion> RowDeletion::Find(const storage::Environment& environment,
                                            std::shared_ptr<const delta_log::Snapshot> snapshot,
                                            const std::string& condition) {
  SLUICE_ASSIGN_OR_RETURN(expression::Expression bound, BindCondition(*snapshot, condition));
  auto state = std::make_unique<State>(State{environment, snapshot, std::move(bound)});
  state->kind = KindFor(*snapshot, state->condition);
  SLUICE_TRY(delta::CheckCanWrite(snapshot->protocol, snapshot->metadata, snapshot->schema, state->kind));
  RowDeletion deletion(std::move(state));
  const core::Status found = deletion.state_->FindRows();
  if (!found) {
    deletion.Discard();
    return found.error();
  }
  return deletion;
}

core::Result<std::uint64_t> RowDeletion::State::PhysicalRows(const delta::AddFile& add) const {
  if (add.stats) {
    const auto statistics = delta::ParseStatistics(*add.stats, {});
    if (statistics && statistics->records) return static_cast<std::uint64_t>(*statistics->records);
  }
  SLUICE_ASSIGN_OR_RETURN(const std::string path, delta::ResolveFilePath(add.path, snapshot->root, false));
  SLUICE_ASSIGN_OR_RETURN(const parquet::Footer footer, parquet::ReadFooter(environment.files, path, environment.pool));
  return footer.rows;
}

core::Result<HitFile> RowDeletion::State::Describe(FileRef file) const {
  HitFile hit{.file = file, .add = snapshot->files.Get(file)};
  SLUICE_ASSIGN_OR_RETURN(const auto stats, snapshot->files.LoadStats({file}));
  if (!stats.front().empty()) hit.add.stats = stats.front();
  SLUICE_ASSIGN_OR_RETURN(hit.physical_rows, PhysicalRows(hit.add));
  if (hit.add.deletion_vector) {
    SLUICE_ASSIGN_OR_RETURN(hit.deleted,
                            LoadDeletionVector(environment.files, snapshot->root, *hit.add.deletion_vector, false));
  }
  return hit;
}

core::Status RowDeletion::State::FindRows() {
  SLUICE_ASSIGN_OR_RETURN(ScanPlan plan, PlanScan(*snapshot, condition, {}));
  std::vector<FileRef> whole;
  for (const PlannedFile& file : plan.files) {
    read.push_back(file.file);
    if (file.all_match) whole.push_back(file.file);
  }
  std::erase_if(plan.files, [](const PlannedFile& file) { return file.all_match; });
  SLUICE_TRY(TakeWhole(whole));
  ScanRequest request;
  request.columns.emplace();
  request.condition = condition;
  request.extra.positions = true;
  SLUICE_ASSIGN_OR_RETURN(const auto scan, Scan::Open(environment, snapshot, request, std::move(plan)));
  std::map<FileRef, delta::RowSet> found;
  while (true) {
    SLUICE_TRY(environment.cancellation.Check());
    SLUICE_ASSIGN_OR_RETURN(const auto batch, scan->Next());
    if (!batch) break;
    const auto& positions = static_cast<const arrow::Int64Array&>(*batch->rows->column(batch->rows->num_columns() - 1));
    delta::RowSet& rows_found = found[batch->file];
    for (std::int64_t i = 0; i < positions.length(); ++i) {
      rows_found.Add(static_cast<std::uint64_t>(positions.Value(i)));
    }
  }
  return TakeRows(std::move(found));
}

core::Status RowDeletion::State::TakeWhole(const std::vector<FileRef>& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto stats, snapshot->files.LoadStats(files));
  for (std::size_t i = 0; i < files.size(); ++i) {
    delta::AddFile add = snapshot->files.Get(files[i]);
    if (!stats[i].empty()) add.stats = stats[i];
    SLUICE_ASSIGN_OR_RETURN(const std::uint64_t physical, PhysicalRows(add));
    rows += static_cast<std::int64_t>(physical) - (add.deletion_vector ? add.deletion_vector->cardinality : 0);
    removed.push_back(files[i]);
  }
  return core::Ok();
}

core::Status RowDeletion::State::TakeRows(std::map<FileRef, delta::RowSet> found) {
  std::vector<HitFile> hits;
  for (auto& [file, rows_found] : found) {
    SLUICE_ASSIGN_OR_RETURN(HitFile hit, Describe(file));
    rows += static_cast<std::int64_t>(rows_found.cardinality());
    if (rows_found.cardinality() == hit.live_rows()) {
      removed.push_back(file);
      continue;
    }
    hit.rows = std::move(rows_found);
    hits.push_back(std::move(hit));
  }
  if (hits.empty()) return core::Ok();
  return kind == delta::Operation::kMarkRows ? Mark(std::move(hits)) : Rewrite(std::move(hits));
}

core::Status RowDeletion::State::Mark(std::vector<HitFile> hits) {
  delta::VectorFileBuilder builder(core::NewUuid(environment.random));
  for (HitFile& hit : hits) {
    const std::int64_t deleted_before = hit.deleted ? static_cast<std::int64_t>(hit.deleted->cardinality()) : 0;
    if (hit.deleted) hit.rows.Union(*hit.deleted);
    delta::AddFile add = std::move(hit.add);
    SLUICE_ASSIGN_OR_RETURN(add.deletion_vector, builder.Add(hit.rows));
    add.stats = delta::WidenForDeletionVector(add.stats.value_or(""), static_cast<std::int64_t>(hit.physical_rows),
                                              deleted_before);
    add.data_change = true;
    marked.push_back(std::move(add));
    marked_files.push_back(hit.file);
  }
  vector_path = storage::JoinPath(snapshot->root, builder.name());
  SLUICE_ASSIGN_OR_RETURN(const auto file, environment.files.CreateNew(vector_path));
  SLUICE_TRY(file->Append(builder.bytes()));
  SLUICE_TRY(file->Sync());
  SLUICE_TRY(file->Close());
  return environment.files.SyncDirectory(storage::ParentPath(vector_path));
}

core::Status RowDeletion::State::Rewrite(std::vector<HitFile> hits) {
  SLUICE_ASSIGN_OR_RETURN(TableShape shape, ShapeOf(*snapshot));
  DataWriterOptions options;
  if (shape.properties.target_file_size_bytes) {
    options.file_bytes_target = static_cast<std::uint64_t>(*shape.properties.target_file_size_bytes);
  }
  SLUICE_ASSIGN_OR_RETURN(writer, DataWriter::Open(environment, std::move(shape), std::move(options)));
  SLUICE_ASSIGN_OR_RETURN(const auto layout, RowLayout::Make(*snapshot, std::nullopt, std::nullopt, {}));
  FileSequence files(environment, hits.size(), [&](std::size_t i) -> core::Result<std::unique_ptr<FileScan>> {
    FileSource source;
    SLUICE_ASSIGN_OR_RETURN(source.path, delta::ResolveFilePath(hits[i].add.path, snapshot->root, false));
    source.partition_values = hits[i].add.partition_values;
    auto gone = std::make_shared<delta::RowSet>(hits[i].rows);
    if (hits[i].deleted) gone->Union(*hits[i].deleted);
    source.deleted = std::move(gone);
    return FileScan::Open(environment, std::move(source), layout);
  });
  while (true) {
    SLUICE_TRY(environment.cancellation.Check());
    SLUICE_ASSIGN_OR_RETURN(const auto batch, files.Next());
    if (!batch) break;
    SLUICE_TRY(writer->Write(batch->rows));
  }
  SLUICE_ASSIGN_OR_RETURN(rewritten, writer->Finish());
  std::uint64_t kept = 0;
  for (const HitFile& hit : hits) {
    kept += hit.live_rows() - hit.rows.cardinality();
    rewritten_files.push_back(hit.file);
  }
  if (kept == writer->rows()) return core::Ok();
  return core::Corruption(fmt::format("{}: {} rows were to be kept and {} were read: a file or its statistics lie",
                                      snapshot->root, kept, writer->rows()))
      .WithHint("'sluice table verify' tells which");
}

core::Status RowDeletion::AddTo(delta_log::Transaction& transaction, TableChange& counts) {
  const State& state = *state_;
  const auto remove = [&](FileRef file) {
    transaction.Remove(file);
    counts.bytes_removed += state.snapshot->files.segment(file.segment).size_bytes(file.row);
    ++counts.files_removed;
  };
  if (NamesPartitionsOnly(*state.snapshot, state.condition)) {
    SLUICE_ASSIGN_OR_RETURN(auto selects, MayMatch(*state.snapshot, state.condition));
    transaction.SetSelection(std::move(selects));
  }
  SLUICE_ASSIGN_OR_RETURN(auto may_match, MayMatch(*state.snapshot, state.condition));
  transaction.ReadPredicate(std::move(may_match));
  for (const FileRef file : state.read) transaction.ReadFile(file);
  for (const FileRef file : state.removed) remove(file);
  for (const FileRef file : state.rewritten_files) remove(file);
  for (const delta::AddFile& add : state.rewritten) {
    transaction.Add(add);
    counts.bytes_added += add.size_bytes;
    ++counts.files_added;
  }
  for (const FileRef file : state.marked_files) transaction.Remove(file);
  for (const delta::AddFile& add : state.marked) transaction.Add(add);
  counts.vectors_added += state.marked.size();
  counts.rows += static_cast<std::uint64_t>(state.rows);
  transaction.SetMetric("numDeletedRows", state.rows);
  transaction.SetMetric("numRemovedFiles", static_cast<std::int64_t>(counts.files_removed));
  transaction.SetMetric("numAddedFiles", static_cast<std::int64_t>(counts.files_added));
  transaction.SetMetric("numDeletionVectorsAdded", static_cast<std::int64_t>(state.marked.size()));
  return core::Ok();
}

void RowDeletion::Discard() {
  if (state_->writer) state_->writer->Discard();
  // What cannot be removed now is found by vacuum.
  if (!state_->vector_path.empty()) (void)state_->environment.files.Remove(state_->vector_path);
}

}  // namespace sluice::table
