#pragma once

#include <span>
#include <string>

#include "pipeline/ledger.h"

namespace sluice::pipeline {

/// One run with everything the ledger knows of it.
struct RunDetails {
  RunRecord run = {};
  std::vector<TaskRecord> tasks = {};
  std::vector<OutputRecord> outputs = {};
};

core::Result<RunDetails> ReadRunDetails(Ledger& ledger, const std::string& id);

/// What an operator can do about a run in this state; "" when nothing is to be done.
std::string NextStep(const RunRecord& run);

/// A line for each run, newest first. Ends with a newline.
std::string ToText(std::span<const RunRecord> runs);
/// The run, its tasks, and what to do next.
std::string ToText(const RunDetails& details);

/// {"runs":[{"run","command","status","started","finished","outputs","skipped","rows_read",…,"error","next"}]}
std::string ToJson(std::span<const RunRecord> runs, int indent);
/// The same object for one run, with "tasks" and "files".
std::string ToJson(const RunDetails& details, int indent);

}  // namespace sluice::pipeline
