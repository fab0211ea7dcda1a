#include "delta_log/state_columns.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>

#include <utility>

#include "delta_log/struct_row.h"

namespace sluice::delta_log {
namespace {

core::Status AppendAction(const delta::Protocol& protocol, arrow::StructBuilder& builder) {
  return StructRow(builder)
      .Int(0, protocol.min_reader_version)
      .Int(1, protocol.min_writer_version)
      .List(2, protocol.reader_features)
      .List(3, protocol.writer_features)
      .Done();
}

core::Status AppendAction(const delta::Metadata& metadata, arrow::StructBuilder& builder) {
  StructRow row(builder);
  row.Text(0, metadata.id).Text(1, metadata.name).Text(2, metadata.description);
  SLUICE_TRY(StructRow(row.Struct(3)).Text(0, metadata.format_provider).Map(1, metadata.format_options).Done());
  return row.Text(4, metadata.schema_string)
      .List(5, metadata.partition_columns)
      .Long(6, metadata.created_time_ms)
      .Map(7, metadata.configuration)
      .Done();
}

core::Status AppendAction(const delta::CheckpointMetadata& checkpoint, arrow::StructBuilder& builder) {
  return StructRow(builder).Long(0, checkpoint.version).Map(1, checkpoint.tags).Done();
}

core::Status AppendAction(const delta::Sidecar& sidecar, arrow::StructBuilder& builder) {
  return StructRow(builder)
      .Text(0, sidecar.path)
      .Long(1, sidecar.size_bytes)
      .Long(2, sidecar.modification_time_ms)
      .Map(3, sidecar.tags)
      .Done();
}

core::Status AppendAction(const delta::SetTransaction& transaction, arrow::StructBuilder& builder) {
  return StructRow(builder)
      .Text(0, transaction.app_id)
      .Long(1, transaction.version)
      .Long(2, transaction.last_updated_ms)
      .Done();
}

core::Status AppendAction(const delta::DomainMetadata& domain, arrow::StructBuilder& builder) {
  return StructRow(builder).Text(0, domain.domain).Text(1, domain.configuration).Bool(2, false).Done();
}

}  // namespace

StateColumns::StateColumns(const arrow::Schema& schema, arrow::MemoryPool* pool) : schema_(schema), pool_(pool) {}

StateColumns::~StateColumns() = default;

// All columns but one get a null in each row: when their own next row comes, or at the end.
template <typename Action>
core::Status StateColumns::Row(const std::string& column, const Action& action, std::int64_t& rows) {
  const std::shared_ptr<arrow::Field> field = schema_.GetFieldByName(column);
  if (field == nullptr) return core::Ok();
  std::unique_ptr<arrow::ArrayBuilder>& builder = builders_[column];
  if (builder == nullptr) {
    SLUICE_ASSIGN_OR_RETURN(builder, arrow::MakeBuilder(field->type(), pool_));
  }
  SLUICE_TRY(builder->AppendNulls(rows - builder->length()));
  SLUICE_TRY(AppendAction(action, static_cast<arrow::StructBuilder&>(*builder)));
  ++rows;
  return core::Ok();
}

core::Status StateColumns::Append(const delta::ActionSet& actions, std::int64_t& rows) {
  if (actions.protocol.has_value()) SLUICE_TRY(Row("protocol", *actions.protocol, rows));
  if (actions.metadata.has_value()) SLUICE_TRY(Row("metaData", *actions.metadata, rows));
  if (actions.checkpoint_metadata.has_value()) {
    SLUICE_TRY(Row("checkpointMetadata", *actions.checkpoint_metadata, rows));
  }
  for (const delta::Sidecar& sidecar : actions.sidecars) SLUICE_TRY(Row("sidecar", sidecar, rows));
  for (const delta::SetTransaction& transaction : actions.transactions) SLUICE_TRY(Row("txn", transaction, rows));
  for (const delta::DomainMetadata& domain : actions.domains) SLUICE_TRY(Row("domainMetadata", domain, rows));
  return core::Ok();
}

core::Result<std::map<std::string, std::shared_ptr<arrow::Array>, std::less<>>> StateColumns::Finish(
    std::int64_t rows) {
  std::map<std::string, std::shared_ptr<arrow::Array>, std::less<>> columns;
  for (auto& [name, builder] : builders_) {
    SLUICE_TRY(builder->AppendNulls(rows - builder->length()));
    SLUICE_TRY(builder->Finish(&columns[name]));
  }
  builders_.clear();
  return columns;
}

}  // namespace sluice::delta_log
