#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "delta/data_type.h"

namespace sluice::delta {

inline constexpr std::size_t kPartitionValueBytesMax = 65'536;

/// The value that an action's partitionValues give, as a scalar of ToArrow(type); leniently. Nullopt and
/// the empty text are null. A timestamp without a zone is read as UTC.
///
/// Corruption: text that is no value of the type, or out of its range. LimitExceeded: longer than
/// kPartitionValueBytesMax. Unsupported: types that cannot partition.
core::Result<std::shared_ptr<arrow::Scalar>> ParsePartitionValue(const std::optional<std::string>& text,
                                                                 const DataType& type);

/// The text for partitionValues; nullopt for null and for the empty string. `value` is of ToArrow(type).
/// ParsePartitionValue reads it back as the same value.
///
/// InvalidInput: bytes that are not UTF-8. LimitExceeded and Unsupported as above.
core::Result<std::optional<std::string>> FormatPartitionValue(const arrow::Scalar& value, const DataType& type);

/// Whether a column of this type can partition a table.
bool CanPartition(const DataType& type);

}  // namespace sluice::delta
