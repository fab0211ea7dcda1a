#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "columns/row_reader.h"
#include "core/result.h"
#include "delta_log/snapshot.h"
#include "jobs/environment.h"
#include "jobs/plan_settings.h"
#include "schema/type.h"

namespace sluice::jobs {

/// Whether a source or target names a Delta table: "delta:DIR".
bool IsTable(std::string_view name);

/// The table that "delta:DIR", with or without "@v3", names.
core::Result<std::shared_ptr<const delta_log::Snapshot>> OpenTableInput(const std::string& name,
                                                                        const Environment& environment);

/// The newest version of the table at `root`; null when there is none.
core::Result<std::shared_ptr<const delta_log::Snapshot>> OpenTableIfThere(const std::string& root,
                                                                          const Environment& environment);

/// `inputs` with each table at the version it has now, so that a plan reads the same rows whenever it is carried out.
core::Result<std::vector<std::string>> PinTables(std::vector<std::string> inputs, const Environment& environment);

/// The columns of a table as the rest of the engine knows them: void columns are strings that are always NULL, variants
/// are JSON text.
core::Result<schema::Schema> TableColumns(const delta_log::Snapshot& snapshot);

/// `rows` with the variant columns at `places` as JSON text.
core::Result<std::shared_ptr<arrow::RecordBatch>> VariantsAsText(std::shared_ptr<arrow::RecordBatch> rows,
                                                                 const std::vector<int>& places,
                                                                 arrow::MemoryPool* pool);

/// The rows of a table. Its columns are those of the settings' schema, which may leave some out and widen others.
core::Result<std::unique_ptr<columns::RowReader>> OpenTableReader(const std::string& name, const PlanSettings& settings,
                                                                  const Environment& environment);

}  // namespace sluice::jobs
