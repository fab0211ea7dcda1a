#pragma once

#include <memory>
#include <string>

#include "query/row_source.h"

namespace sluice::query {

/// Rows under a name.
struct SourceTable {
  std::string name;
  std::shared_ptr<RowSource> source;
};

}  // namespace sluice::query
