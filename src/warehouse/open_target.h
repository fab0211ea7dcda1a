#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "storage/environment.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

struct OpenTargetOptions {
  std::size_t parallel = 8;
  std::string application = {};  ///< what a server is told of who loads
  bool create = false;           ///< also what the target needs beside its table
  bool dry_run = false;          ///< make nothing after all
  bool skip_bad_rows = false;    ///< a row that the target refuses does not fail its file
  /// A variable of the process's environment, where secrets come from.
  std::function<std::optional<std::string>(const std::string& name)> variable = {};
};

/// Whether `url` names a target and a table and the target can do what is asked, by words alone: nothing is opened.
/// UsageError otherwise.
core::Status CheckTargetUrl(const std::string& url, bool skip_bad_rows = false);

/// The target that a URL of the command line names: `duckdb:FILE?table=t`,
/// `postgresql://host/db?table=s.t`, `delta:DIR`, `clickhouse://user@host:8443/database?table=t`
/// (`clickhouse+http:` without TLS), `snowflake://user@account/DB/SCHEMA?table=T`. UsageError for others.
/// Passwords come from where the client libraries look for them; none is in an error. Borrows the environment.
core::Result<std::unique_ptr<LoadTarget>> OpenTarget(const storage::Environment& environment, const std::string& url,
                                                     const OpenTargetOptions& options);

}  // namespace sluice::warehouse
