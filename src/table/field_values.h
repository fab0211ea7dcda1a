#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>

#include "core/result.h"
#include "table/field_match.h"

namespace sluice::table {

/// The values that were read for `match`, as the table has them. `rows` is how many there are; `values` is not looked
/// at for a field that is absent. Corruption, naming the field, for values that its type cannot hold.
core::Result<std::shared_ptr<arrow::Array>> ConvertField(const FieldMatch& match,
                                                         const std::shared_ptr<arrow::Array>& values, std::int64_t rows,
                                                         arrow::MemoryPool* pool);

}  // namespace sluice::table
