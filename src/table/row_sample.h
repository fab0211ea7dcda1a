#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::table {

/// What to take a sample of.
struct SampleRequest {
  std::vector<delta_log::FileRef> files = {};
  std::vector<std::string> columns = {};  ///< top-level columns, by name
  std::uint64_t rows_total = 0;           ///< live rows of the files together
  std::uint64_t rows_wanted = 0;
};

/// About so many live rows, one at random out of every n; of very many rows only those of every n-th file.
core::Result<std::shared_ptr<arrow::RecordBatch>> SampleRows(const storage::Environment& environment,
                                                             std::shared_ptr<const delta_log::Snapshot> snapshot,
                                                             const SampleRequest& request);

}  // namespace sluice::table
