#include "table/table_write.h"

#include <arrow/type.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/byte_size.h"
#include "delta/clustering_columns.h"
#include "delta/protocol_gate.h"
#include "table/file_condition.h"
#include "table/row_deletion.h"

namespace sluice::table {
namespace {

using delta_log::ConflictRule;
using delta_log::Transaction;

DataWriterOptions WriterOptions(const TableShape& shape, const WriteRequest& request) {
  DataWriterOptions options;
  if (request.file_bytes_target > 0) {
    options.file_bytes_target = request.file_bytes_target;
  } else if (shape.properties.target_file_size_bytes) {
    options.file_bytes_target = static_cast<std::uint64_t>(*shape.properties.target_file_size_bytes);
  }
  return options;
}

std::string ModeName(WriteMode mode) { return mode == WriteMode::kAppend ? "Append" : "Overwrite"; }

/// What the write does to the table; Unsupported when the table does not allow it.
core::Result<delta::Operation> CheckWrite(const delta_log::Snapshot& snapshot, const WriteRequest& request) {
  const auto check = [&snapshot](delta::Operation kind) {
    return delta::CheckCanWrite(snapshot.protocol, snapshot.metadata, snapshot.schema, kind);
  };
  auto kind = request.mode == WriteMode::kAppend ? delta::Operation::kAppend : delta::Operation::kReplaceFiles;
  SLUICE_TRY(check(kind));
  if (request.mode != WriteMode::kReplaceWhere) return kind;
  SLUICE_ASSIGN_OR_RETURN(const expression::Expression condition, BindCondition(snapshot, request.replace_where));
  if (!NamesPartitionsOnly(snapshot, condition)) kind = delta::Operation::kReplaceRows;
  SLUICE_TRY(check(kind));
  return kind;
}

delta_log::OperationInfo WriteOperation(const WriteRequest& request, delta::Operation kind,
                                        const std::vector<std::string>& partition_columns) {
  delta_log::OperationInfo operation{.name = "WRITE", .kind = kind};
  operation.parameters["mode"] = ModeName(request.mode);
  operation.parameters["partitionBy"] = nlohmann::json(partition_columns).dump();
  if (request.mode == WriteMode::kReplaceWhere) operation.parameters["predicate"] = request.replace_where;
  operation.user_metadata = request.user_metadata;
  return operation;
}

void AddFiles(const WrittenFiles& written, Transaction& transaction, TableChange& counts) {
  for (const delta::AddFile& file : written.files) {
    counts.bytes_added += file.size_bytes;
    transaction.Add(file);
  }
  counts.files_added += written.files.size();
  counts.rows = written.rows;
  transaction.SetMetric("numFiles", static_cast<std::int64_t>(written.files.size()));
  transaction.SetMetric("numOutputRows", static_cast<std::int64_t>(written.rows));
  transaction.SetMetric("numOutputBytes", counts.bytes_added);
}

core::Result<TableChange> Commit(Transaction& transaction, const TableChange& counts) {
  SLUICE_ASSIGN_OR_RETURN(delta_log::CommitResult result, transaction.Commit());
  SLUICE_ASSIGN_OR_RETURN(TableChange change, ToChange(std::move(result)));
  if (!change.committed) return change;
  CopyCounts(counts, change);
  return change;
}

void RemoveFiles(const delta_log::Snapshot& snapshot, const std::vector<delta_log::FileRef>& files,
                 Transaction& transaction, TableChange& counts) {
  for (const delta_log::FileRef file : files) {
    transaction.Remove(file);
    counts.bytes_removed += snapshot.files.segment(file.segment).size_bytes(file.row);
    ++counts.files_removed;
  }
  transaction.SetMetric("numRemovedFiles", static_cast<std::int64_t>(counts.files_removed));
  transaction.SetMetric("numRemovedBytes", counts.bytes_removed);
}

// What the rows of the write take the place of, where that is whole files.
void RemoveReplaced(const delta_log::Snapshot& snapshot, const WriteRequest& request, Transaction& transaction,
                    TableChange& counts) {
  if (request.mode == WriteMode::kOverwrite) {
    transaction.ReadTable();
    RemoveFiles(snapshot, snapshot.files.All(), transaction, counts);
  } else if (request.mode == WriteMode::kReplaceFiles) {
    for (const delta_log::FileRef file : request.replaced) transaction.ReadFile(file);
    RemoveFiles(snapshot, request.replaced, transaction, counts);
  }
}

void SetApplication(const WriteRequest& request, Transaction& transaction) {
  if (request.application) transaction.SetApplication(request.application->app_id, request.application->version);
}

TableChange Applied(std::shared_ptr<const delta_log::Snapshot> snapshot) {
  return {.version = snapshot->version, .already_applied = true, .snapshot = std::move(snapshot)};
}

/// The columns may have been planned on an older state of the table: what else changed since stays.
core::Status AddColumns(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                        const delta::TableSchema& schema, Transaction& transaction) {
  SLUICE_ASSIGN_OR_RETURN(NewSchema changed, WithSchema(environment, snapshot, schema));
  transaction.SetMetadata(std::move(changed.metadata));
  if (changed.protocol) transaction.SetProtocol(*std::move(changed.protocol));
  return core::Ok();
}

}  // namespace

bool HasApplied(const delta_log::Snapshot& snapshot, const std::optional<ApplicationVersion>& application) {
  if (!application) return false;
  const auto known = snapshot.transactions.find(application->app_id);
  return known != snapshot.transactions.end() && known->second.version >= application->version;
}

core::Result<std::unique_ptr<TableWrite>> TableWrite::Open(const storage::Environment& environment,
                                                           std::shared_ptr<const delta_log::Snapshot> snapshot,
                                                           const arrow::Schema& rows, WriteRequest request) {
  SLUICE_TRY(CheckWrite(*snapshot, request));
  std::unique_ptr<TableWrite> write(new TableWrite(environment, std::move(request)));
  SLUICE_ASSIGN_OR_RETURN(TableShape shape, ShapeOf(*snapshot));
  const delta::StringMap& configuration = snapshot->metadata.configuration;
  if (write->request_.add_columns) {
    SLUICE_ASSIGN_OR_RETURN(delta::TableSchema merged, AddMissingColumns(shape.schema, rows));
    if (merged != shape.schema) {
      SLUICE_ASSIGN_OR_RETURN(write->new_schema_, WithSchema(environment, *snapshot, std::move(merged)));
      shape = write->new_schema_->shape;
    }
  }
  SLUICE_ASSIGN_OR_RETURN(RowCheck check, RowCheck::Make(shape.schema, configuration, environment.pool));
  if (write->request_.mode == WriteMode::kReplaceWhere) {
    SLUICE_TRY(check.Require("condition of the rows to be replaced", write->request_.replace_where));
  }
  DataWriterOptions options = WriterOptions(shape, write->request_);
  SLUICE_ASSIGN_OR_RETURN(write->writer_,
                          RowWriter::Open(environment, std::move(shape), rows, std::move(check), std::move(options)));
  write->snapshot_ = std::move(snapshot);
  return write;
}

core::Result<std::unique_ptr<TableWrite>> TableWrite::Create(const storage::Environment& environment, NewTable table,
                                                             const arrow::Schema& rows, WriteRequest request) {
  std::unique_ptr<TableWrite> write(new TableWrite(environment, std::move(request)));
  SLUICE_ASSIGN_OR_RETURN(RowCheck check,
                          RowCheck::Make(table.shape.schema, table.metadata.configuration, environment.pool));
  SLUICE_ASSIGN_OR_RETURN(write->writer_, RowWriter::Open(environment, table.shape, rows, std::move(check),
                                                          WriterOptions(table.shape, write->request_)));
  write->new_table_ = std::move(table);
  return write;
}

core::Result<WrittenFiles> TableWrite::Finish() {
  WrittenFiles written;
  SLUICE_ASSIGN_OR_RETURN(written.files, writer_->Finish());
  written.rows = writer_->rows();
  written.schema = new_schema_;
  return written;
}

core::Result<TableChange> TableWrite::Commit() {
  SLUICE_ASSIGN_OR_RETURN(WrittenFiles written, Finish());
  auto change = new_table_ ? CommitNewTable(environment_, *new_table_, request_, std::move(written))
                           : CommitFiles(environment_, snapshot_, request_, std::move(written));
  if (IsUnused(change)) writer_->Discard();
  return change;
}

core::Result<TableChange> CommitFiles(const storage::Environment& environment,
                                      std::shared_ptr<const delta_log::Snapshot> snapshot, const WriteRequest& request,
                                      WrittenFiles written) {
  SLUICE_ASSIGN_OR_RETURN(const delta::Operation kind, CheckWrite(*snapshot, request));
  delta_log::OperationInfo operation = WriteOperation(request, kind, snapshot->metadata.partition_columns);
  if (request.mode == WriteMode::kOverwrite) operation.rule = ConflictRule::kOverwrite;
  SLUICE_ASSIGN_OR_RETURN(Transaction transaction,
                          Transaction::Begin(environment, snapshot, std::move(operation), request.transaction));
  if (HasApplied(*snapshot, request.application)) return Applied(snapshot);
  SetApplication(request, transaction);
  if (written.schema) SLUICE_TRY(AddColumns(environment, *snapshot, written.schema->shape.schema, transaction));
  TableChange counts;
  RemoveReplaced(*snapshot, request, transaction, counts);
  if (request.mode != WriteMode::kReplaceWhere) {
    AddFiles(written, transaction, counts);
    return Commit(transaction, counts);
  }
  SLUICE_ASSIGN_OR_RETURN(RowDeletion deletion, RowDeletion::Find(environment, snapshot, request.replace_where));
  const auto commit = [&]() -> core::Result<TableChange> {
    SLUICE_TRY(deletion.AddTo(transaction, counts));
    AddFiles(written, transaction, counts);
    return Commit(transaction, counts);
  };
  auto change = commit();
  if (IsUnused(change)) deletion.Discard();
  return change;
}

core::Result<TableChange> CommitNewTable(const storage::Environment& environment, const NewTable& table,
                                         const WriteRequest& request, WrittenFiles written) {
  delta_log::OperationInfo operation{.name = "CREATE TABLE", .kind = delta::Operation::kAppend};
  if (!written.files.empty()) operation.name = "CREATE TABLE AS SELECT";
  operation.parameters["partitionBy"] = nlohmann::json(table.metadata.partition_columns).dump();
  operation.parameters["properties"] = nlohmann::json(table.metadata.configuration).dump();
  operation.user_metadata = request.user_metadata;
  SLUICE_ASSIGN_OR_RETURN(Transaction transaction, Transaction::BeginCreate(environment, table.shape.root,
                                                                            std::move(operation), request.transaction));
  transaction.SetProtocol(table.protocol);
  transaction.SetMetadata(table.metadata);
  if (table.clustering) transaction.SetDomain(std::string(delta::kClusteringDomain), *table.clustering);
  SetApplication(request, transaction);
  TableChange counts;
  AddFiles(written, transaction, counts);
  return Commit(transaction, counts);
}

}  // namespace sluice::table
