#pragma once

#include <memory>
#include <string>

#include "columns/row_reader.h"
#include "core/result.h"
#include "jobs/environment.h"
#include "jobs/input_opener.h"
#include "jobs/plan_settings.h"

namespace sluice::jobs {

/// The format of an input: as stated, else by its suffix.
core::Result<InputFormat> FormatFor(const std::string& path, const ReadSettings& read);

/// One input as typed rows of `settings.spec`, through the room of its format.
core::Result<std::unique_ptr<columns::RowReader>> OpenReader(const std::string& path, const PlanSettings& settings,
                                                             const Environment& environment, InputOpener& opener);

}  // namespace sluice::jobs
