#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/result.h"

namespace parquet {
class ColumnWriter;
struct ArrowWriteContext;
}  // namespace parquet

namespace sluice::parquet {

/// The values of one Parquet leaf column, with the levels that say where they sit in lists and structs (Dremel's
/// definition and repetition levels, Melnik et al. 2010).
struct LeafColumn {
  /// One value for every entry whose innermost list element exists; NULL where the leaf or a struct above it is NULL.
  std::shared_ptr<arrow::Array> values;
  /// Empty when no entry can be missing, respectively when there is no list above.
  std::span<const std::int16_t> definition_levels;
  std::span<const std::int16_t> repetition_levels;
  std::int64_t entries = 0;
  bool nullable = true;

  /// What the spans point to, unless they point to constants.
  std::vector<std::int16_t> definition_store;
  std::vector<std::int16_t> repetition_store;
};

/// The number of leaves of a column of `type`.
int CountLeaves(const arrow::DataType& type);

/// Take one column apart into its leaves, in the order of the Parquet schema. Extension arrays become their storage.
/// The leaves share memory with `column`.
core::Result<std::vector<LeafColumn>> TakeApart(const arrow::Field& field, const std::shared_ptr<arrow::Array>& column,
                                                arrow::MemoryPool* pool);

/// Encode `leaf` as the next rows of `writer`. May throw what Arrow throws.
core::Status WriteLeaf(::parquet::ColumnWriter& writer, const LeafColumn& leaf, ::parquet::ArrowWriteContext& context);

}  // namespace sluice::parquet
