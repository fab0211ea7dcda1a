#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <optional>
#include <string>

#include "delta/data_type.h"

namespace sluice::table {

/// A NULL where a column takes none.
struct MissingValue {
  std::int64_t row = 0;
  std::string column = {};  ///< dotted path
};

/// The first NULL in a column, member, element or map value that is not nullable; members of a NULL struct are not
/// missing. `values` has the type of `field`.
std::optional<MissingValue> FindMissingValue(const arrow::Array& values, const delta::Field& field);

/// Whether the field or something in it takes no NULL.
bool HasRequired(const delta::Field& field);

}  // namespace sluice::table
