#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/result.h"
#include "snowflake/session_options.h"
#include "storage/environment.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

struct SnowflakeTargetOptions {
  snowflake::SessionOptions session = {};
  std::string table = {};  ///< in the session's database and schema; as the catalog has it (usually upper case)
  std::string stage = {};  ///< beside the table; "" means the table's name + "_STAGE"
  bool create_stage = false;
  bool skip_bad_rows = false;         ///< ON_ERROR=CONTINUE: rows that the table refuses are left out, and counted
  std::string authorities_file = {};  ///< trusted in place of the system's
  std::size_t parallel = 8;           ///< uploads at once
  /// How long the load history is asked for a file that it does not name, before the file counts as not loaded.
  std::chrono::milliseconds settle_for{600'000};
};

/// A Snowflake table: files are put into an internal stage, one COPY names up to 1,000 of them, and its row for each
/// file, or the load history, says what became of it.
///
/// Logs in at once: Permission when refused, Unavailable when nobody is there. Borrows the environment.
core::Result<std::unique_ptr<LoadTarget>> OpenSnowflakeTarget(const storage::Environment& environment,
                                                              SnowflakeTargetOptions options);

}  // namespace sluice::warehouse
