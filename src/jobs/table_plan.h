#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "jobs/environment.h"
#include "jobs/table_settings.h"
#include "schema/table_spec.h"

namespace sluice::jobs {

/// The columns of a table that is there as a schema that declares them: text that goes into it is read as its types,
/// and nothing is guessed. Void columns are left out.
core::Result<schema::TableSpec> SpecOfTable(const delta_log::Snapshot& snapshot);

/// Whatever a table can refuse of rows with these columns is refused here, before a row is read. With settings.create,
/// decide what the table at `root` is to be: fills settings.new_table.
core::Status CheckTable(const schema::Schema& columns, const std::string& root, const table::WriteRequest& request,
                        const Environment& environment, TableSettings& settings);

}  // namespace sluice::jobs
