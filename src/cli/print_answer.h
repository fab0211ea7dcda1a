#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cli/application.h"
#include "core/result.h"
#include "query/session.h"

namespace sluice::cli {

/// A DuckDB in memory with the threads and memory of this process.
core::Result<std::unique_ptr<query::Session>> OpenSession(Application& application);

/// Run a reading statement and print its rows in the format asked for, at most `rows_max` of them (0: all).
core::Status PrintAnswer(const std::string& sql, std::uint64_t rows_max, query::Session& session,
                         Application& application);

}  // namespace sluice::cli
