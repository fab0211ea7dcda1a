#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "jobs/environment.h"
#include "jobs/input_opener.h"
#include "jobs/read_settings.h"
#include "pipeline/plan.h"
#include "schema/table_spec.h"

namespace sluice::jobs {

/// The columns of a job's output, and how they came to be.
struct Discovery {
  schema::TableSpec spec = {};
  /// The settings asked for, with the dialect that was found when it is the same in every CSV input.
  ReadSettings read = {};
  std::vector<pipeline::PlannedColumn> columns = {};
  bool inferred = false;                   ///< not declared
  std::vector<std::string> warnings = {};  ///< columns that some inputs add, lack or widen: one sentence each
};

/// Find the columns of `inputs`. Declared ones are taken as they are. Otherwise every row of every text input is looked
/// at, and the columns of all inputs are matched by name: the union, in the order in which names are first seen, each
/// wide enough for every value. Parquet inputs state their types.
core::Result<Discovery> DiscoverSchema(const std::vector<std::string>& inputs, const ReadSettings& read,
                                       const std::optional<schema::TableSpec>& declared, const Environment& environment,
                                       InputOpener& opener);

}  // namespace sluice::jobs
