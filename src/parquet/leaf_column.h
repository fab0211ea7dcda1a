#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/result.h"

namespace sluice::parquet {

/// The values of one Parquet leaf column, with the levels that say where they sit in lists and structs (Dremel's
/// definition and repetition levels, Melnik et al. 2010).
struct LeafColumn {
  /// A slot for every entry whose innermost list element exists; NULL where the leaf or a struct above it is NULL.
  std::shared_ptr<arrow::Array> values;
  std::int64_t entries = 0;
  /// One an entry. Empty for a column that is no list or struct: there the NULLs of `values` say all.
  std::vector<std::int16_t> definition_levels;
  /// One an entry; 0 where a row begins. Empty when there is no list above.
  std::vector<std::int16_t> repetition_levels;
  /// The definition level from which on an entry has a slot.
  std::int16_t slot_level = 0;
};

/// The number of leaves of a column of `type`.
int CountLeaves(const arrow::DataType& type);

/// Take one column apart into its leaves, in the order of the Parquet schema. Extension arrays become their storage.
/// The leaves share memory with `column`.
core::Result<std::vector<LeafColumn>> TakeApart(const arrow::Field& field, const std::shared_ptr<arrow::Array>& column,
                                                arrow::MemoryPool* pool);

}  // namespace sluice::parquet
