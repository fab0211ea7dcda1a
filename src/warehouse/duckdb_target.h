#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/result.h"
#include "query/library.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

struct DuckDbTargetOptions {
  std::string database = {};  ///< the file
  bool create = false;        ///< make the file when it is absent; NotFound otherwise
  bool dry_run = false;       ///< an absent file that was to be made is taken for an empty one
  std::string table = {};     ///< "t" or "schema.t", as it is named in the catalog
  std::size_t threads = 0;    ///< 0: as many as DuckDB chooses
  std::uint64_t memory_bytes_max = 0;
};

/// A table of a DuckDB file. The rows of a file and a row of the table `sluice_ledger` beside it (primary key: table
/// name, sha256) are one transaction: what the ledger names is in, once.
///
/// Errors: Conflict when another process has the database open.
core::Result<std::unique_ptr<LoadTarget>> OpenDuckDbTarget(std::shared_ptr<const query::Library> library,
                                                           const DuckDbTargetOptions& options);

}  // namespace sluice::warehouse
