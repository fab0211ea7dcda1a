#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "core/result.h"

namespace sluice::table {

/// Put variants together whose parts lie in columns of their own (parquet-format, VariantShredding.md). `shredded` is a
/// struct of `metadata`, `value` and `typed_value`, one of the last two may be missing; `type` is struct{metadata,
/// value}.
///
/// Corruption for parts that do not go together; Unsupported for a column type that no variant holds.
core::Result<std::shared_ptr<arrow::Array>> JoinVariants(const arrow::Array& shredded,
                                                         const std::shared_ptr<arrow::DataType>& type,
                                                         arrow::MemoryPool* pool);

}  // namespace sluice::table
