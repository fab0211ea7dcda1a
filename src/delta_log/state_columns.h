#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/result.h"
#include "delta/action.h"

namespace sluice::delta_log {

/// The rows of a checkpoint that are no files: one action a row, a column for each kind.
///
/// Threads: one at a time. Borrows the schema.
class StateColumns {
 public:
  StateColumns(const arrow::Schema& schema, arrow::MemoryPool* pool);
  ~StateColumns();

  /// protocol, metaData, checkpointMetadata, sidecars, transactions and domains, in this order, from row `rows` on.
  /// `rows` grows by their number. Kinds that the schema has no column for are left out.
  core::Status Append(const delta::ActionSet& actions, std::int64_t& rows);
  /// The columns that have values, each `rows` long, by name; empty afterwards.
  core::Result<std::map<std::string, std::shared_ptr<arrow::Array>, std::less<>>> Finish(std::int64_t rows);

 private:
  template <typename Action>
  core::Status Row(const std::string& column, const Action& action, std::int64_t& rows);

  const arrow::Schema& schema_;
  arrow::MemoryPool* pool_;
  std::map<std::string, std::unique_ptr<arrow::ArrayBuilder>> builders_;
};

}  // namespace sluice::delta_log
