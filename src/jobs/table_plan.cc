#include "jobs/table_plan.h"

#include <utility>

#include "delta/arrow_types.h"
#include "jobs/table_input.h"
#include "schema/arrow_mapping.h"
#include "table/table_write.h"

namespace sluice::jobs {

core::Result<schema::TableSpec> SpecOfTable(const delta_log::Snapshot& snapshot) {
  SLUICE_ASSIGN_OR_RETURN(const schema::Schema columns, TableColumns(snapshot));
  schema::TableSpec spec = schema::SpecOf(columns);
  std::erase_if(spec.columns, [&](const schema::ColumnSpec& column) {
    return snapshot.schema.Find(column.field.name)->type.kind == delta::TypeKind::kVoid;
  });
  return spec;
}

core::Status CheckTable(const schema::Schema& columns, const std::string& root, const table::WriteRequest& request,
                        const Environment& environment, TableSettings& settings) {
  if (settings.create) {
    table::CreateRequest create;
    SLUICE_ASSIGN_OR_RETURN(create.schema, delta::FromEngineSchema(columns));
    create.partition_by = settings.partition_by;
    create.cluster_by = settings.cluster_by;
    create.properties = settings.properties;
    SLUICE_ASSIGN_OR_RETURN(const table::NewTable table, table::PlanTable(environment, root, std::move(create)));
    settings.new_table = table::FormatNewTable(table);
    return core::Ok();
  }
  SLUICE_ASSIGN_OR_RETURN(auto snapshot, delta_log::OpenSnapshot(environment, root));
  const auto rows = schema::ToArrow(columns);
  SLUICE_TRY(table::TableWrite::Open(environment, std::move(snapshot), *rows, request));
  return core::Ok();
}

}  // namespace sluice::jobs
