#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "core/result.h"
#include "schema/type.h"

namespace sluice::schema {

/// The Arrow type that carries `type` in memory: string → utf8, json → arrow.json over utf8, uuid → arrow.uuid over
/// fixed_size_binary(16), decimal → decimal128, time(s|ms) → time32, time(us|ns) → time64, date → date32.
std::shared_ptr<arrow::DataType> ToArrow(const Type& type);
std::shared_ptr<arrow::Field> ToArrow(const Field& field);
std::shared_ptr<arrow::Schema> ToArrow(const Schema& schema);

/// The reverse; Unsupported, naming the column, for Arrow types that have no counterpart. Dictionaries map to their
/// values.
core::Result<Schema> FromArrow(const arrow::Schema& schema);

}  // namespace sluice::schema
