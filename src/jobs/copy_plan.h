#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "jobs/environment.h"
#include "jobs/input_opener.h"
#include "jobs/plan_settings.h"
#include "jobs/read_settings.h"
#include "jobs/table_settings.h"
#include "parquet/write_options.h"
#include "schema/table_spec.h"

namespace sluice::jobs {

enum class CopyMode : std::uint8_t {
  kCreate,     ///< an existing target is an error
  kAppend,     ///< files are added to a folder; a file of the same name is an error
  kOverwrite,  ///< an existing file, or the Parquet files of an existing folder, are replaced
};

/// One `copy` as its flags state it.
struct CopyRequest {
  std::vector<std::string> sources = {};  ///< paths, globs, "-"
  std::string target = {};                ///< "out.parquet", "DIR/", "parquet:DIR" or "delta:DIR"
  std::optional<schema::TableSpec> declared = {};
  ReadSettings read = {};
  parquet::WriteOptions write = {};
  std::string rejects_path = {};
  std::string rejects_max = "0";
  CopyMode mode = CopyMode::kCreate;
  /// For a target "delta:DIR".
  TableSettings table = {};
};

/// Decide everything: inputs, columns (inferred from all rows unless declared), outputs. Writes nothing. A target that
/// may not be replaced, a missing input, a column that does not fit are refused here.
core::Result<PlannedJob> PlanCopy(const CopyRequest& request, const Environment& environment, InputOpener& opener);

}  // namespace sluice::jobs
