#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "core/result.h"
#include "delta/data_type.h"
#include "schema/type.h"

namespace sluice::delta {

/// How the values of a Delta type lie in memory: timestamps as microseconds (with zone "UTC", or without), variant as
/// struct{metadata, value: binary, both not null}, void as null. Unsupported for a type that is not known.
core::Result<std::shared_ptr<arrow::DataType>> ToArrow(const DataType& type);
/// Under its logical name.
core::Result<std::shared_ptr<arrow::Field>> ToArrow(const Field& field);
/// All columns under their logical names; the error names the column.
core::Result<std::shared_ptr<arrow::Schema>> ToArrow(const TableSchema& schema);

/// The columns as the other rooms know them. Variant is its struct of two binaries. Unsupported, naming the column, for
/// void and for types that are not known.
core::Result<schema::Schema> ToEngineSchema(const TableSchema& schema);

/// The Delta columns that hold every value of `schema`: uint8 → short, uint16 → integer, uint32 → long, uint64 →
/// decimal(20,0), json and uuid → string, timestamps of seconds and milliseconds → microseconds, any zone → an instant.
/// Unsupported, naming the column and what to declare instead: time of day, and timestamps of nanoseconds.
core::Result<TableSchema> FromEngineSchema(const schema::Schema& schema);

}  // namespace sluice::delta
