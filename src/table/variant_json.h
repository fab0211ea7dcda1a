#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::table {

/// A variant as JSON text without white space, as Spark prints it: decimals without zeros at their end, doubles in
/// Java's form, dates and timestamps as text ("2024-02-29", "2024-02-29 12:00:00.5+00:00" for an instant), binary in
/// base64. NaN and infinities, which JSON does not have, are texts. Numbers keep all their digits.
///
/// Corruption for bytes that are no variant; LimitExceeded for one nested deeper than kVariantDepthMax.
core::Result<std::string> FormatVariant(std::string_view metadata, std::string_view value);

/// The same for a column, a struct of `metadata` and `value`: as strings.
core::Result<std::shared_ptr<arrow::Array>> FormatVariants(const arrow::Array& variants, arrow::MemoryPool* pool);

}  // namespace sluice::table
