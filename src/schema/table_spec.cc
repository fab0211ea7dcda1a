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

}  // namespace sluice::schema
