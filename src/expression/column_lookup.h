#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace sluice::expression {

/// A column that was found: its path as the schema spells it, and its type.
struct FoundColumn {
  std::vector<std::string> path = {};
  std::shared_ptr<arrow::DataType> type = {};
};

/// Find `path` without regard to ASCII case, through structs; the exact spelling wins. InvalidInput
/// for a column that is not there, with the nearest name, and when two names differ only by case and neither is exact.
core::Result<FoundColumn> FindColumn(const std::vector<std::string>& path, const arrow::Schema& schema);

}  // namespace sluice::expression
