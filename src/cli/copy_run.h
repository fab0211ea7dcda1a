#pragma once

#include "cli/application.h"
#include "core/result.h"
#include "jobs/copy_plan.h"

namespace sluice::cli {

/// Plan and do a copy (or only plan it), and say how it went.
core::Result<ExitCode> RunCopy(const jobs::CopyRequest& request, bool dry_run, bool explain, Application& application);

}  // namespace sluice::cli
