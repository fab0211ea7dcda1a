#include <arrow/c/bridge.h>
#include <arrow/type.h>

#include <utility>

#include "delta/arrow_types.h"
#include "delta_log/table_location.h"
#include "library/guarded.h"
#include "library/table_state.h"
#include "library/write_transaction.h"
#include "schema/arrow_error.h"
#include "schema/arrow_mapping.h"
#include "schema/type_text.h"
#include "sluice/table.h"
#include "table/alter_table.h"
#include "table/delete_rows.h"
#include "table/new_table.h"
#include "table/restore_table.h"
#include "table/table_write.h"

namespace sluice {
namespace {

delta::StringMap ToMap(const std::map<std::string, std::string>& values) { return {values.begin(), values.end()}; }

core::Result<Table> CreateTable(const Engine& engine, std::string_view path, const schema::Schema& columns,
                                const CreateOptions& options) {
  const storage::Environment& environment = engine.state()->environment;
  SLUICE_ASSIGN_OR_RETURN(const auto location, delta_log::ParseTableLocation(environment.files, path));
  table::CreateRequest request{.partition_by = options.partition_by,
                               .properties = ToMap(options.properties),
                               .cluster_by = options.cluster_by,
                               .name = options.name,
                               .description = options.description};
  SLUICE_ASSIGN_OR_RETURN(request.schema, delta::FromEngineSchema(columns));
  SLUICE_ASSIGN_OR_RETURN(const auto planned, table::PlanTable(environment, location.root, std::move(request)));
  const table::WriteRequest write{.user_metadata = options.user_metadata};
  SLUICE_ASSIGN_OR_RETURN(table::TableChange change, table::CommitNewTable(environment, planned, write, {}));
  return Table(std::make_shared<Table::State>(engine.state(), std::move(change.snapshot)));
}

core::Result<schema::Schema> ColumnsOf(ArrowSchema* columns) {
  if (columns->release == nullptr) return core::InvalidInput("the columns were released before");
  auto imported = arrow::ImportSchema(columns);
  if (columns->release != nullptr) columns->release(columns);
  if (!imported.ok()) return core::InvalidInput("the columns cannot be read: " + imported.status().message());
  return schema::FromArrow(**imported);
}

core::Result<table::AlterRequest> ToRequest(const AlterOptions& options) {
  table::AlterRequest request{.set_properties = ToMap(options.set_properties),
                              .unset_properties = options.unset_properties,
                              .add_constraints = ToMap(options.add_constraints),
                              .drop_constraints = options.drop_constraints,
                              .set_domains = ToMap(options.set_domains),
                              .remove_domains = options.remove_domains,
                              .user_metadata = options.user_metadata};
  if (options.add_columns.empty()) return request;
  SLUICE_ASSIGN_OR_RETURN(const schema::Schema columns, schema::ParseColumns(options.add_columns));
  SLUICE_ASSIGN_OR_RETURN(delta::TableSchema fields, delta::FromEngineSchema(columns));
  request.add_columns = std::move(fields.fields);
  return request;
}

}  // namespace

Result<Table> Table::Create(const Engine& engine, std::string_view path, ArrowSchema* columns,
                            const CreateOptions& options) {
  return library::Guarded([&]() -> core::Result<Table> {
    SLUICE_ASSIGN_OR_RETURN(const schema::Schema schema, ColumnsOf(columns));
    return CreateTable(engine, path, schema, options);
  });
}

Result<Table> Table::Create(const Engine& engine, std::string_view path, std::string_view columns,
                            const CreateOptions& options) {
  return library::Guarded([&]() -> core::Result<Table> {
    SLUICE_ASSIGN_OR_RETURN(const schema::Schema schema, schema::ParseColumns(columns));
    return CreateTable(engine, path, schema, options);
  });
}

Result<CommitOutcome> Table::Delete(std::string_view where, const DeleteOptions& options) {
  return library::Guarded([&] {
    const table::DeleteRequest request{.condition = std::string(where),
                                       .application = library::ToApplication(options.txn),
                                       .user_metadata = options.user_metadata};
    return state_->Follow(table::DeleteRows(state_->environment(), state_->newest(), request));
  });
}

Result<CommitOutcome> Table::Alter(const AlterOptions& options) {
  return library::Guarded([&]() -> core::Result<CommitOutcome> {
    SLUICE_ASSIGN_OR_RETURN(const table::AlterRequest request, ToRequest(options));
    return state_->Follow(table::AlterTable(state_->environment(), state_->newest(), request));
  });
}

Result<CommitOutcome> Table::Restore(std::int64_t version) {
  return library::Guarded(
      [&] { return state_->Follow(table::RestoreTable(state_->environment(), state_->newest(), version, {})); });
}

}  // namespace sluice
