#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/result.h"
#include "postgres/connection.h"
#include "storage/environment.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

struct PostgresTargetOptions {
  postgres::ConnectionOptions connection = {};
  std::string table = {};    ///< "t" (of the schema public) or "schema.t"
  std::size_t parallel = 8;  ///< connections, and so files on their way at once
};

/// A table of a PostgreSQL server. The rows of a file, by COPY in binary form, and a row of the table `sluice_ledger`
/// beside it (primary key: table name, sha256) are one transaction: what the ledger names is in, once, and a second
/// loader waits for the first and then finds it in.
///
/// Memory: a batch of 64 Ki rows and 1 MiB for each connection. Borrows the environment.
core::Result<std::unique_ptr<LoadTarget>> OpenPostgresTarget(const storage::Environment& environment,
                                                             const PostgresTargetOptions& options);

}  // namespace sluice::warehouse
