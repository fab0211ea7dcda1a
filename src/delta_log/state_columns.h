#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/result.h"
#include "delta/action.h"

namespace sluice::delta_log {

/// Rows of a checkpoint that are no files: one action a row.
struct StateRows {
  std::int64_t rows = 0;
  std::map<std::string, std::shared_ptr<arrow::Array>, std::less<>> columns = {};  ///< each `rows` long
};

/// protocol, metaData, checkpointMetadata, sidecars, transactions and domains of `actions`, in this order, as columns
/// of `schema`. Those that the schema does not have are left out.
core::Result<StateRows> MakeStateRows(const delta::ActionSet& actions, const arrow::Schema& schema,
                                      arrow::MemoryPool* pool);

}  // namespace sluice::delta_log
