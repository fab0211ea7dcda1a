#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "core/secret.h"
#include "http/transport.h"
#include "storage/environment.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

struct ClickHouseTargetOptions {
  std::string server = {};  ///< "https://host:8443"
  std::string database = "default";
  std::string table = {};
  std::string user = {};  ///< "": as the server takes strangers
  core::Secret password = {};
};

/// A table of a ClickHouse server, over HTTP. A file is one INSERT in Parquet format, as one block, with its sha256 as
/// the deduplication token and the request id as the query's id.
///
/// There is no ledger in the target. A lost reply is settled by system.query_log; where that says nothing, a table that
/// deduplicates (a replicated engine, or non_replicated_deduplication_window above 0) is told the file again, under the
/// same token, and of any other table the outcome stays unknown. Deduplication reaches back over a window of recent
/// inserts only.
/// Memory: a piece of the file. Borrows the environment.
core::Result<std::unique_ptr<LoadTarget>> OpenClickHouseTarget(const storage::Environment& environment,
                                                               std::unique_ptr<http::Transport> transport,
                                                               ClickHouseTargetOptions options);

}  // namespace sluice::warehouse
