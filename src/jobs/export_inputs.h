#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "jobs/config.h"
#include "jobs/date.h"
#include "jobs/environment.h"
#include "pipeline/plan.h"

namespace sluice::jobs {

/// The files an export job's source names, by what their names say.
struct ExportInputs {
  std::map<Date, std::vector<pipeline::InputFile>> dated = {};  ///< without checksums, sorted by path
  std::vector<pipeline::InputFile> undated = {};
  std::vector<std::string> wrong_dates = {};  ///< files that fit but for their date
};

/// Look for them. Nothing found is no error; a folder that cannot be read is. A Delta table is an input without a date:
/// the version it has now, with what says so as its checksum.
core::Result<ExportInputs> FindExportInputs(const ExportSource& source, const Environment& environment);

}  // namespace sluice::jobs
