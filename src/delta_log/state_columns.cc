#include "delta_log/state_columns.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>

#include <utility>

#include "delta_log/struct_row.h"

namespace sluice::delta_log {
namespace {

core::Status Append(const delta::Protocol& protocol, arrow::StructBuilder& builder) {
  return StructRow(builder)
      .Int(0, protocol.min_reader_version)
      .Int(1, protocol.min_writer_version)
      .List(2, protocol.reader_features)
      .List(3, protocol.writer_features)
      .Done();
}

core::Status Append(const delta::Metadata& metadata, arrow::StructBuilder& builder) {
  StructRow row(builder);
  row.Text(0, metadata.id).Text(1, metadata.name).Text(2, metadata.description);
  SLUICE_TRY(StructRow(row.Struct(3)).Text(0, metadata.format_provider).Map(1, metadata.format_options).Done());
  return row.Text(4, metadata.schema_string)
      .List(5, metadata.partition_columns)
      .Long(6, metadata.created_time_ms)
      .Map(7, metadata.configuration)
      .Done();
}

core::Status Append(const delta::CheckpointMetadata& checkpoint, arrow::StructBuilder& builder) {
  return StructRow(builder).Long(0, checkpoint.version).Map(1, checkpoint.tags).Done();
}

core::Status Append(const delta::Sidecar& sidecar, arrow::StructBuilder& builder) {
  return StructRow(builder)
      .Text(0, sidecar.path)
      .Long(1, sidecar.size_bytes)
      .Long(2, sidecar.modification_time_ms)
      .Map(3, sidecar.tags)
      .Done();
}

core::Status Append(const delta::SetTransaction& transaction, arrow::StructBuilder& builder) {
  return StructRow(builder)
      .Text(0, transaction.app_id)
      .Long(1, transaction.version)
      .Long(2, transaction.last_updated_ms)
      .Done();
}

core::Status Append(const delta::DomainMetadata& domain, arrow::StructBuilder& builder) {
  return StructRow(builder).Text(0, domain.domain).Text(1, domain.configuration).Bool(2, false).Done();
}

/// The columns, filled row by row: all but one get a null in each.
class StateWriter {
 public:
  StateWriter(const arrow::Schema& schema, arrow::MemoryPool* pool) : schema_(schema), pool_(pool) {}

  template <typename Action>
  core::Status Row(const std::string& column, const Action& action) {
    SLUICE_ASSIGN_OR_RETURN(arrow::StructBuilder * builder, BuilderOf(column));
    if (builder == nullptr) return core::Ok();
    SLUICE_TRY(builder->AppendNulls(rows_ - builder->length()));
    SLUICE_TRY(Append(action, *builder));
    ++rows_;
    return core::Ok();
  }

  core::Result<StateRows> Finish() {
    StateRows rows{.rows = rows_};
    for (auto& [name, builder] : builders_) {
      SLUICE_TRY(builder->AppendNulls(rows_ - builder->length()));
      SLUICE_TRY(builder->Finish(&rows.columns[name]));
    }
    return rows;
  }

 private:
  core::Result<arrow::StructBuilder*> BuilderOf(const std::string& column) {
    const std::shared_ptr<arrow::Field> field = schema_.GetFieldByName(column);
    if (field == nullptr) return static_cast<arrow::StructBuilder*>(nullptr);
    std::unique_ptr<arrow::ArrayBuilder>& builder = builders_[column];
    if (builder == nullptr) {
      SLUICE_ASSIGN_OR_RETURN(builder, arrow::MakeBuilder(field->type(), pool_));
    }
    return static_cast<arrow::StructBuilder*>(builder.get());
  }

  const arrow::Schema& schema_;
  arrow::MemoryPool* pool_;
  std::map<std::string, std::unique_ptr<arrow::ArrayBuilder>> builders_;
  std::int64_t rows_ = 0;
};

}  // namespace

core::Result<StateRows> MakeStateRows(const delta::ActionSet& actions, const arrow::Schema& schema,
                                      arrow::MemoryPool* pool) {
  StateWriter writer(schema, pool);
  if (actions.protocol.has_value()) SLUICE_TRY(writer.Row("protocol", *actions.protocol));
  if (actions.metadata.has_value()) SLUICE_TRY(writer.Row("metaData", *actions.metadata));
  if (actions.checkpoint_metadata.has_value()) {
    SLUICE_TRY(writer.Row("checkpointMetadata", *actions.checkpoint_metadata));
  }
  for (const delta::Sidecar& sidecar : actions.sidecars) SLUICE_TRY(writer.Row("sidecar", sidecar));
  for (const delta::SetTransaction& transaction : actions.transactions) SLUICE_TRY(writer.Row("txn", transaction));
  for (const delta::DomainMetadata& domain : actions.domains) SLUICE_TRY(writer.Row("domainMetadata", domain));
  return writer.Finish();
}

}  // namespace sluice::delta_log
