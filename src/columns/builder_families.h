#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "columns/scalar_builder.h"
#include "columns/value_bounds.h"
#include "core/result.h"
#include "schema/table_spec.h"

// The families that MakeScalarBuilder chooses from. They know the type, its formats and its bounds; null texts,
// default, nullability and the constraints on texts are put around them.
namespace sluice::columns {

core::Result<std::unique_ptr<ScalarBuilder>> MakeNumberBuilder(const schema::ColumnSpec& column,
                                                               const Constraints& constraints, arrow::MemoryPool* pool);
core::Result<std::unique_ptr<ScalarBuilder>> MakeTimeBuilder(const schema::ColumnSpec& column,
                                                             const Constraints& constraints, arrow::MemoryPool* pool);
/// bool and uuid.
core::Result<std::unique_ptr<ScalarBuilder>> MakeWordBuilder(const schema::ColumnSpec& column,
                                                             const Constraints& constraints, arrow::MemoryPool* pool);
/// string, json and binary.
core::Result<std::unique_ptr<ScalarBuilder>> MakeTextBuilder(const schema::ColumnSpec& column,
                                                             const Constraints& constraints, arrow::MemoryPool* pool);

}  // namespace sluice::columns
