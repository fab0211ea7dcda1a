#include "library/write_transaction.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <utility>

#include "library/guarded.h"
#include "library/row_stream.h"
#include "schema/arrow_error.h"
#include "table/table_shape.h"

namespace sluice {

struct WriteTransaction::State {
  State(std::shared_ptr<Table::State> table_of_rows, table::WriteRequest write_request)
      : table(std::move(table_of_rows)),
        base(table->newest()),
        request(std::move(write_request)),
        applied(table::HasApplied(*base, request.application)) {}

  core::Status CheckOpen() const {
    if (!done) return core::Ok();
    return core::InvalidInput("the transaction is over").WithHint("begin another one");
  }
  core::Status Open(const arrow::Schema& columns);
  core::Status Take(const std::shared_ptr<arrow::RecordBatch>& batch);
  core::Status TakeAll(arrow::RecordBatchReader& reader);
  core::Result<CommitOutcome> Commit();
  /// After an error the rows are incomplete: let nobody commit them.
  core::Status Keep(core::Status status) {
    if (!status) {
      done = true;
      write.reset();
    }
    return status;
  }

  std::shared_ptr<Table::State> table;
  std::shared_ptr<const delta_log::Snapshot> base;
  table::WriteRequest request;
  bool applied;  // the table has this version of the application: rows are not looked at
  bool done = false;
  std::shared_ptr<arrow::Schema> schema;
  std::unique_ptr<table::TableWrite> write;
};

core::Status WriteTransaction::State::Open(const arrow::Schema& columns) {
  if (write) {
    if (schema->Equals(columns, /*check_metadata=*/false)) return core::Ok();
    return core::InvalidInput("these rows have other columns than those before them in the transaction: " +
                              columns.ToString() + "; before: " + schema->ToString());
  }
  schema = std::make_shared<arrow::Schema>(columns);
  SLUICE_ASSIGN_OR_RETURN(write, table::TableWrite::Open(table->environment(), base, columns, request));
  return core::Ok();
}

core::Status WriteTransaction::State::Take(const std::shared_ptr<arrow::RecordBatch>& batch) {
  SLUICE_TRY(CheckOpen());
  if (applied) return core::Ok();
  SLUICE_TRY(Open(*batch->schema()));
  return write->Write(*batch);
}

core::Status WriteTransaction::State::TakeAll(arrow::RecordBatchReader& reader) {
  SLUICE_TRY(CheckOpen());
  if (applied) return core::Ok();
  SLUICE_TRY(Open(*reader.schema()));
  while (true) {
    SLUICE_TRY(table->environment().cancellation.Check());
    SLUICE_ASSIGN_OR_RETURN(const auto batch, library::ReadRows(reader, table->environment().pool));
    if (!batch) return core::Ok();
    SLUICE_TRY(write->Write(*batch));
  }
}

core::Result<CommitOutcome> WriteTransaction::State::Commit() {
  SLUICE_TRY(CheckOpen());
  done = true;
  if (applied) return CommitOutcome(NothingToDo{.version = base->version, .already_applied = true});
  if (!write) {  // an overwrite by nothing
    SLUICE_ASSIGN_OR_RETURN(const table::TableShape shape, table::ShapeOf(*base));
    SLUICE_ASSIGN_OR_RETURN(const auto columns, table::RowSchema(shape));
    SLUICE_TRY(Open(*columns));
  }
  auto outcome = table->Follow(write->Commit());
  write.reset();
  return outcome;
}

WriteTransaction::WriteTransaction(std::unique_ptr<State> state) : state_(std::move(state)) {}
WriteTransaction::~WriteTransaction() = default;
WriteTransaction::WriteTransaction(WriteTransaction&& other) noexcept = default;
WriteTransaction& WriteTransaction::operator=(WriteTransaction&& other) noexcept = default;

Status WriteTransaction::Write(ArrowArrayStream* rows) {
  return library::Guarded([&]() -> core::Status {
    SLUICE_ASSIGN_OR_RETURN(const auto reader, library::ImportRows(rows));
    return state_->Keep(state_->TakeAll(*reader));
  });
}

Status WriteTransaction::Write(ArrowArray* rows, ArrowSchema* type) {
  return library::Guarded([&]() -> core::Status {
    SLUICE_ASSIGN_OR_RETURN(const auto batch, library::ImportBatch(rows, type, state_->table->environment().pool));
    return state_->Keep(state_->Take(batch));
  });
}

std::uint64_t WriteTransaction::rows() const { return state_->write ? state_->write->rows() : 0; }

Result<CommitOutcome> WriteTransaction::Commit() {
  return library::Guarded([&] { return state_->Commit(); });
}

namespace library {

std::optional<table::ApplicationVersion> ToApplication(const std::optional<ApplicationVersion>& application) {
  if (!application) return std::nullopt;
  return table::ApplicationVersion{.app_id = application->app, .version = application->version};
}

core::Result<WriteTransaction> BeginWrite(std::shared_ptr<Table::State> table, const WriteOptions& options) {
  table::WriteRequest request{.replace_where = options.replace_where,
                              .add_columns = options.add_columns,
                              .application = ToApplication(options.txn),
                              .user_metadata = options.user_metadata,
                              .file_bytes_target = options.file_bytes_target};
  switch (options.mode) {
    case WriteMode::kAppend: request.mode = table::WriteMode::kAppend; break;
    case WriteMode::kOverwrite: request.mode = table::WriteMode::kOverwrite; break;
    case WriteMode::kReplaceWhere: request.mode = table::WriteMode::kReplaceWhere; break;
  }
  if (options.replace_where.empty() == (options.mode == WriteMode::kReplaceWhere)) {
    return core::InvalidInput("`replace_where` goes with the mode kReplaceWhere, and neither without the other");
  }
  return WriteTransaction(std::make_unique<WriteTransaction::State>(std::move(table), std::move(request)));
}

}  // namespace library
}  // namespace sluice
