#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "storage/environment.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

struct OpenTargetOptions {
  std::size_t parallel = 8;
  std::string application = {};  ///< what a server is told of who loads
};

/// The target that a URL of the command line names: `duckdb:FILE?table=t`,
/// `postgresql://host/db?table=s.t`. UsageError for others. Passwords come from
/// where the client libraries look for them; none is in an error. Borrows the environment.
core::Result<std::unique_ptr<LoadTarget>> OpenTarget(const storage::Environment& environment, const std::string& url,
                                                     const OpenTargetOptions& options);

}  // namespace sluice::warehouse
