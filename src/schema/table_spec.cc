#include "schema/table_spec.h"

namespace sluice::schema {

Schema TableSpec::ToSchema() const {
  Schema schema;
  for (const ColumnSpec& column : columns) schema.fields.push_back(column.field);
  return schema;
}

TableSpec SpecOf(const Schema& schema) {
  TableSpec spec;
  for (const Field& field : schema.fields) spec.columns.push_back(ColumnSpec{.field = field});
  return spec;
}

core::Error ExtraColumnsRefused(std::string_view names) {
  return core::InvalidInput("the input has columns that the schema does not name: " + std::string(names))
      .WithHint(
          "declare them, or leave them out with --extra ignore ('extra: ignore' in a schema file); --add-columns makes "
          "them columns of a table");
}

}  // namespace sluice::schema
