#pragma once

#include <arrow/type_fwd.h>

#include <string>
#include <vector>

#include "core/result.h"

namespace sluice::table {

/// Rows as texts that are equal exactly when the rows are, whoever holds them: columns and members by name, timestamps
/// in microseconds, NaN equal to NaN, -0.0 apart from 0.0, maps and variants without order. For tests.
void AppendRowTexts(const arrow::RecordBatch& batch, std::vector<std::string>& rows);

/// The rows of a Parquet file, or of all in a folder, as Arrow reads them; sorted.
core::Result<std::vector<std::string>> ReadRowTexts(const std::string& path);

/// What is in one sorted list more often than in the other, some of each, for a message; "" when they are equal.
std::string CompareRows(const std::vector<std::string>& actual, const std::vector<std::string>& expected);

}  // namespace sluice::table
