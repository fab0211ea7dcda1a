#pragma once

#include <memory>

#include "columns/scalar_builder.h"
#include "columns/value_bounds.h"
#include "core/result.h"
#include "schema/table_spec.h"

namespace sluice::columns {

/// Put the column's null texts, default, nullability and constraints on texts around `inner`; `inner` itself when there
/// are none.
core::Result<std::unique_ptr<ScalarBuilder>> ApplyRules(const schema::ColumnSpec& column, Constraints constraints,
                                                        std::unique_ptr<ScalarBuilder> inner);

}  // namespace sluice::columns
