#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "snowflake/query_result.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

/// What COPY's rows say of each file, found by the last part of its path: the statement's success says nothing. A file
/// without a row, and a row that is not understood, are unknown.
std::vector<FileOutcome> OutcomesOfCopy(const snowflake::QueryResult& result, std::span<const LoadFile> files);

/// What COPY's refusal says, when it names one of the files: that one failed or is not staged, the others stay as they
/// were. The error itself when it names none.
core::Result<std::vector<FileOutcome>> OutcomesOfRefusal(const core::Error& error, std::span<const LoadFile> files);

/// What the load history (columns FILE_NAME, STATUS, ROW_COUNT, ROW_PARSED, FIRST_ERROR_MESSAGE) says of each file;
/// kUnknown with a reason for a row that is not understood, without one for a file that is not in it.
std::vector<FileOutcome> OutcomesOfHistory(const snowflake::QueryResult& history, std::span<const LoadFile> files);

}  // namespace sluice::warehouse
