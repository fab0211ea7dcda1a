#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "core/result.h"
#include "delta/data_type.h"

namespace sluice::table {

/// How the values of a file become values of a table. Every way keeps each value, or fails.
enum class ValueConversion : std::uint8_t {
  kNone,     ///< they are the same
  kRename,   ///< the same bytes under another type: binary as text, a clock reading as an instant
  kCast,     ///< a wider type, or a narrower one that the values must fit into
  kFloor,    ///< nanoseconds, to the microsecond below
  kRescale,  ///< a decimal or whole number as a decimal of more digits
};

/// How values of the type `from`, as Arrow reads it out of a Parquet file, become values of the primitive type `to`;
/// nullopt when that is not a type that files of such a column may have.
std::optional<ValueConversion> FindConversion(const arrow::DataType& from, const delta::DataType& to);

/// The values of `values` as `type`. Dictionaries are decoded, stored forms of extension types taken. Corruption for a
/// value that does not fit, and for text that is not UTF-8.
core::Result<std::shared_ptr<arrow::Array>> ConvertValues(std::shared_ptr<arrow::Array> values,
                                                          ValueConversion conversion,
                                                          const std::shared_ptr<arrow::DataType>& type,
                                                          arrow::MemoryPool* pool);

}  // namespace sluice::table
